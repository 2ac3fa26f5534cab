using System.Buffers.Text;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Whole numbers as JSON writes them; <c>3.0</c> and <c>1e3</c> are whole, too.</summary>
internal static class WholeNumbers
{
    /// <summary>Up to where every whole number is a double of its own.</summary>
    private const double ExactMax = 9_007_199_254_740_992;

    public static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        if (Utf8Parser.TryParse(text, out value, out int read) && read == text.Length) return true;
        if (!Utf8Parser.TryParse(text, out double number, out read) || read != text.Length) return false;
        value = (long)number;
        return Math.Floor(number) == number && Math.Abs(number) <= ExactMax;
    }
}
