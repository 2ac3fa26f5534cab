return await ActorStreams.Node.CommandLine.RunAsync(args);
