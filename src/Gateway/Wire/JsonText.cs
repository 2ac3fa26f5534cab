using System.Buffers;

namespace ActorStreams.Gateway.Wire;

/// <summary>UTF-8 text inside a JSON string: quotes, backslashes and control characters are escaped, all else stands for itself.</summary>
internal static class JsonText
{
    /// <summary>A control character becomes <c>\u00xx</c>.</summary>
    public const int ExpansionMax = 6;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    public static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (!text.ContainsAny(Escaped)) return text.Length;
        var length = text.Length;
        foreach (var value in text)
        {
            if (value < 0x20)
                length += ExpansionMax - 1;
            else if (value is (byte)'"' or (byte)'\\')
                length++;
        }
        return length;
    }

    /// <summary>Answers how many bytes it wrote: <see cref="LengthOf"/>.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!text.ContainsAny(Escaped))
        {
            text.CopyTo(destination);
            return text.Length;
        }
        var used = 0;
        foreach (var value in text)
        {
            if (value < 0x20)
            {
                "\\u00"u8.CopyTo(destination[used..]);
                destination[used + 4] = HexDigits[value >> 4];
                destination[used + 5] = HexDigits[value & 0xf];
                used += ExpansionMax;
                continue;
            }
            if (value is (byte)'"' or (byte)'\\') destination[used++] = (byte)'\\';
            destination[used++] = value;
        }
        return used;
    }
}
