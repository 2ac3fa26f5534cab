using System.Runtime.InteropServices;

namespace ActorStreams.Hosting;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks for a clean end, the second one ends the process where it stands. Whatever was acknowledged
/// is durable either way.
/// </summary>
public sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1) Environment.Exit(ExitCodes.Interrupted);
        // Off the signal's thread, which no other signal gets past meanwhile.
        ThreadPool.QueueUserWorkItem(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
    }
}
