using ActorStreams.Examples.Badges;

return CommandLine.Run(args);
