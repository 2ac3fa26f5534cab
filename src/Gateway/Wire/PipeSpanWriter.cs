using System.IO.Pipelines;

namespace ActorStreams.Gateway.Wire;

/// <summary>Hands out room in a pipe piece by piece without a call into the pipe for each. Call <see cref="Complete"/> at the end.</summary>
internal ref struct PipeSpanWriter(PipeWriter pipe)
{
    private const int SpanBytes = 32 * 1024;

    private Span<byte> _span;
    private int _used;

    /// <summary>Room for so many bytes; what is used of it is told to <see cref="Advance"/>.</summary>
    public Span<byte> Span(int bytes)
    {
        if (_span.Length - _used < bytes)
        {
            Complete();
            _span = pipe.GetSpan(Math.Max(bytes, SpanBytes));
        }
        return _span[_used..];
    }

    public void Advance(int bytes) => _used += bytes;

    public void Complete()
    {
        if (_used > 0) pipe.Advance(_used);
        _used = 0;
        _span = default;
    }
}
