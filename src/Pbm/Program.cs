using ActorStreams.Pbm;
using ActorStreams.Pbm.Output;

using var screen = Screen.OfProcess();
return await PbmCommandLine.RunAsync(args, screen, Environment.GetEnvironmentVariable, TimeProvider.System, CancellationToken.None);
