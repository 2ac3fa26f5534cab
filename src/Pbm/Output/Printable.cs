using System.Globalization;
using System.Text;

namespace ActorStreams.Pbm.Output;

/// <summary>
/// Text of others, made fit for one line of a terminal: keys and data of records, and messages of a server, may hold anything, also
/// sequences that a terminal obeys.
/// </summary>
internal static class Printable
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whatever is not to be seen, as an escape.</summary>
    public static string Line(string text)
    {
        if (!text.EnumerateRunes().Any(IsHidden)) return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune)) escaped.Append(rune.Value switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ => $"\\u{rune.Value:x4}" });
            else escaped.Append(rune);
        }

        return escaped.ToString();
    }

    /// <summary>The same with its lines left.</summary>
    public static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(Line));

    /// <summary>UTF-8 text with line ends escaped; anything else in base64.</summary>
    public static string Data(ReadOnlySpan<byte> data)
    {
        try
        {
            var text = s_strict.GetString(data);
            return text.EnumerateRunes().Any(r => IsHidden(r) && r.Value is not ('\n' or '\r' or '\t')) ? Base64(data) : Line(text);
        }
        catch (DecoderFallbackException)
        {
            return Base64(data);
        }
    }

    private static string Base64(ReadOnlySpan<byte> data) => "base64:" + Convert.ToBase64String(data);

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
}
