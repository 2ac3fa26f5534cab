using System.Text;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>The Delimiter parameter of Firehose's processors.</summary>
public static class Delimiters
{
    /// <summary>Of AppendDelimiterToRecord: text in which <c>\n</c>, <c>\r</c>, <c>\t</c> and <c>\\</c> stand for characters.</summary>
    public static byte[] OfText(string text)
    {
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var escaped = text[i] == '\\' && i + 1 < text.Length ? text[i + 1] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '\\' => '\\', _ => '\0' } : '\0';
            output.Append(escaped == '\0' ? text[i] : escaped);
            if (escaped != '\0') i++;
        }
        return Encoding.UTF8.GetBytes(output.ToString());
    }

    /// <summary>Of RecordDeAggregation: Base64 of at least one byte; null when it is not.</summary>
    public static byte[]? OfBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }
}
