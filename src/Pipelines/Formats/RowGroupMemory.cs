namespace ActorStreams.Pipelines.Formats;

/// <summary>
/// What open row groups hold together. Nobody waits for it: where it is used up, each that holds more than its share writes what it has, so that row groups are
/// smaller and objects are not. Safe from any thread.
/// </summary>
public sealed class RowGroupMemory
{
    /// <summary>Below it a row group is not worth its footer, however many there are.</summary>
    private const long ShareBytesMin = 64 << 10;

    private readonly long _bytesMax;
    private long _held;
    private int _open;

    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public RowGroupMemory(long bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        _bytesMax = bytesMax;
    }

    /// <summary>By all that are open.</summary>
    public long Held => Interlocked.Read(ref _held);

    public Share Open() => new(this);

    /// <summary>Of one object. For one thread at a time.</summary>
    public sealed class Share : IDisposable
    {
        private readonly RowGroupMemory _of;
        private long _held;
        private bool _isDisposed;

        internal Share(RowGroupMemory of)
        {
            _of = of;
            Interlocked.Increment(ref of._open);
        }

        /// <summary>Whether what is held now is too much, so that it has to be written.</summary>
        public bool Hold(long bytes)
        {
            var all = Interlocked.Add(ref _of._held, bytes - _held);
            _held = bytes;
            return all > _of._bytesMax && bytes >= Math.Max(ShareBytesMin, _of._bytesMax / Volatile.Read(ref _of._open));
        }

        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            Interlocked.Add(ref _of._held, -_held);
            Interlocked.Decrement(ref _of._open);
        }
    }
}
