using ActorStreams.Pbm;
using ActorStreams.Pbm.Output;

try
{
    using var screen = Screen.OfProcess();
    return await PbmCommandLine.RunAsync(args, screen, Environment.GetEnvironmentVariable, TimeProvider.System, CancellationToken.None);
}
catch (IOException)
{
    // Whoever was to read the output has gone, or there is no room for it: nobody is left to be told.
    return ExitCodes.Refused;
}
