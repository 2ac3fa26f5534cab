using ActorStreams.Hosting;
using ActorStreams.Hosting.Settings;
using ActorStreams.Node.Settings;

namespace ActorStreams.Node.Hosting;

/// <summary>Runs a node until it is told to stop.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(IEnumerable<KeyValuePair<string, string?>> overrides, string? settingsFile)
    {
        NodeSettings settings;
        try
        {
            settings = NodeSettingsReader.Read(SettingsSources.Load(settingsFile, overrides));
        }
        catch (SettingsException e)
        {
            return Refuse(e);
        }

        using var signals = new Signals();
        using var logging = HostLogging.Create(settings.Log);
        try
        {
            await using var node = await NodeHost.StartAsync(settings, logging, TimeProvider.System, signals.Stop);
            await node.EndedAsync(signals.Stop);
            return await node.StopAsync() ? ExitCodes.Ok : ExitCodes.Removed;
        }
        catch (CannotStartException e)
        {
            return Refuse(e);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Told to stop before it was there; nothing was acknowledged yet.
            return ExitCodes.Ok;
        }
    }

    public static int Refuse(SettingsException e)
    {
        Console.Error.WriteLine($"actorstreams: {e.Errors.Count} wrong setting{(e.Errors.Count == 1 ? "" : "s")}; nothing was started.");
        foreach (var error in e.Errors) Console.Error.WriteLine("  " + error);
        return ExitCodes.WrongSettings;
    }

    public static int Refuse(CannotStartException e)
    {
        Console.Error.WriteLine("actorstreams: " + e.Message);
        return ExitCodes.CannotStart;
    }
}
