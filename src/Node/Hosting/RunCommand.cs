using ActorStreams.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Node.Settings;

namespace ActorStreams.Node.Hosting;

/// <summary>Runs a node until it is told to stop.</summary>
internal static class RunCommand
{
    private static readonly HostRun s_run = new("actorstreams");

    public static Task<int> RunAsync(IEnumerable<KeyValuePair<string, string?>> overrides, string? settingsFile) => s_run.RunAsync(
        () => NodeSettingsReader.Read(SettingsSources.Load(settingsFile, overrides)),
        settings => settings.Log,
        async (settings, loggers, stop) => await NodeHost.StartAsync(settings, loggers, TimeProvider.System, stop));

    public static int Refuse(SettingsException e) => s_run.Refuse(e);

    public static int Refuse(CannotStartException e) => s_run.Refuse(e);
}
