using ActorStreams.Hosting.Settings;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Hosting;

/// <summary>Something that runs until it is told to stop or ends by itself.</summary>
public interface IRunningHost : IAsyncDisposable
{
    /// <summary>Completes when it is told to stop, or when its actor system ends by itself, as one does that was removed from its cluster.</summary>
    Task EndedAsync(CancellationToken stop);

    /// <summary>Drains and leaves. False when it was removed from its cluster before.</summary>
    Task<bool> StopAsync();
}

/// <summary>The life of an executable of ours: settings, start, signals, end, and what it tells its caller.</summary>
/// <param name="program">The name that its messages begin with.</param>
public sealed class HostRun(string program)
{
    /// <param name="read">Throws <see cref="SettingsException"/>.</param>
    /// <param name="start">Throws <see cref="CannotStartException"/>.</param>
    public async Task<int> RunAsync<T>(
        Func<T> read, Func<T, LogOptions> log, Func<T, ILoggerFactory, CancellationToken, Task<IRunningHost>> start)
    {
        T settings;
        try
        {
            settings = read();
        }
        catch (SettingsException e)
        {
            return Refuse(e);
        }

        using var signals = new Signals();
        using var logging = HostLogging.Create(log(settings));
        try
        {
            await using var host = await start(settings, logging, signals.Stop).ConfigureAwait(false);
            await host.EndedAsync(signals.Stop).ConfigureAwait(false);
            return await host.StopAsync().ConfigureAwait(false) ? ExitCodes.Ok : ExitCodes.Removed;
        }
        catch (CannotStartException e)
        {
            return Refuse(e);
        }
        catch (CannotGoOnException e)
        {
            Console.Error.WriteLine($"{program}: {e.Message}");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Told to stop before it was there; nothing was acknowledged yet.
            return ExitCodes.Ok;
        }
    }

    public int Refuse(SettingsException e)
    {
        Console.Error.WriteLine($"{program}: {e.Errors.Count} wrong setting{(e.Errors.Count == 1 ? "" : "s")}; nothing was started.");
        foreach (var error in e.Errors) Console.Error.WriteLine("  " + error);
        return ExitCodes.WrongSettings;
    }

    public int Refuse(CannotStartException e)
    {
        Console.Error.WriteLine($"{program}: {e.Message}");
        return ExitCodes.CannotStart;
    }
}
