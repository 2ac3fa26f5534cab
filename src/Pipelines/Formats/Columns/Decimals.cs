namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Decimals as whole numbers of their smallest unit. Digits are never rounded away: a number that needs more is refused.</summary>
internal static class Decimals
{
    public static bool TryRead(ReadOnlySpan<byte> text, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var isNegative = !text.IsEmpty && text[0] == (byte)'-';
        if (isNegative || (!text.IsEmpty && text[0] == (byte)'+')) text = text[1..];
        var exponent = 0;
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            if (!int.TryParse(text[(e + 1)..], out exponent) || Math.Abs(exponent) > 1_000) return false;
            text = text[..e];
        }
        var point = text.IndexOf((byte)'.');
        var digits = text.Length - (point < 0 ? 0 : 1);
        if (digits == 0) return false;
        // How many digits, from the left, stand before the point of the smallest unit.
        var whole = (point < 0 ? digits : point) + exponent + scale;
        var at = 0;
        var significant = 0;
        foreach (var b in text)
        {
            if (b == (byte)'.') continue;
            if (b is < (byte)'0' or > (byte)'9') return false;
            if (at++ >= whole)
            {
                if (b != (byte)'0') return false;
                continue;
            }
            if (significant > 0 || b != (byte)'0') significant++;
            if (significant > precision) return false;
            unscaled = (unscaled * 10) + (b - '0');
        }
        if (text.Count((byte)'.') > 1) return false;
        for (; at < whole && unscaled != 0; at++)
        {
            if (++significant > precision) return false;
            unscaled *= 10;
        }
        if (isNegative) unscaled = -unscaled;
        return true;
    }
}
