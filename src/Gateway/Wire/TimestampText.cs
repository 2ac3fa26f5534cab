using System.Globalization;
using System.Runtime.CompilerServices;

namespace ActorStreams.Gateway.Wire;

/// <summary>Epoch seconds with three decimals. Records of a block share their time, so it is formatted only when it changes.</summary>
internal struct TimestampText
{
    /// <summary>Nineteen digits of a 64-bit number, a sign and a point.</summary>
    public const int LengthMax = 24;

    private long _ms;
    private Buffer _text;

    public int Length { get; private set; }

    public void Set(long ms)
    {
        if (ms == _ms && Length > 0) return;
        _ms = ms;
        Span<byte> text = _text;
        Math.DivRem(ms, 1000, out var rest);
        (ms / 1000).TryFormat(text, out var used, provider: CultureInfo.InvariantCulture);
        text[used++] = (byte)'.';
        rest.TryFormat(text[used..], out var decimals, "D3", CultureInfo.InvariantCulture);
        Length = used + decimals;
    }

    public readonly void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_text)[..Length].CopyTo(destination);

    [InlineArray(LengthMax)]
    private struct Buffer
    {
        private byte _first;
    }
}
