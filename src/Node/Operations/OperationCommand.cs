using System.Globalization;
using ActorStreams.Hosting;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Store.Operations;

namespace ActorStreams.Node.Operations;

/// <summary>Runs an operation on a store with its progress, and gives its end the exit code.</summary>
internal static class OperationCommand
{
    /// <param name="run">The operation; what it answers is printed.</param>
    /// <param name="afterInterruption">What is there after ctrl-C, in a sentence.</param>
    public static async Task<int> RunAsync(
        string name, string afterInterruption, Func<OperationProgress, CancellationToken, Task<string>> run, TimeProvider clock)
    {
        using var signals = new Signals();
        var progress = new OperationProgress();
        var answer = "";
        try
        {
            await Progress.ShowAsync(name, () => progress.Fraction, () => progress.Step, async () => answer = await run(progress, signals.Stop), clock);
            Console.WriteLine(answer);
            return ExitCodes.Ok;
        }
        catch (StoreUnavailableException e)
        {
            return Refuse(name, e.Message, ExitCodes.CannotStart);
        }
        catch (StoreOperationException e)
        {
            return Refuse(name, e.Message, ExitCodes.Failed);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return Refuse(name, $"interrupted. {afterInterruption}", ExitCodes.Interrupted);
        }
    }

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static int Refuse(string name, string why, int code)
    {
        Console.Error.WriteLine($"actorstreams {name}: {why}");
        return code;
    }
}
