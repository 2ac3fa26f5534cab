using System.Text;

namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>
/// The Kinesis agent's CSVTOJSON: a line of values as an object of text values by the names given. Values in double quotes may hold the
/// delimiter, and a quote written twice (RFC 4180). A line with another number of values is refused: it would give them to wrong names.
/// </summary>
public sealed class CsvToJson(IReadOnlyList<string> names, char delimiter = ',') : ILineConverter
{
    public byte[]? Convert(ReadOnlySpan<byte> line, out string? problem)
    {
        if (JsonObjects.TextOf(line, out problem) is not { } text) return null;
        var values = new List<string?>(names.Count);
        problem = Split(text, values);
        if (problem is null && values.Count != names.Count) problem = $"The line has {values.Count} values; there are {names.Count} names.";
        return problem is null ? JsonObjects.Write(names, values) : null;
    }

    private string? Split(string text, List<string?> values)
    {
        var at = 0;
        while (true)
        {
            if (at < text.Length && text[at] == '"')
            {
                var start = at;
                if (!TryQuoted(text, ref at, out var value)) return $"The quote at character {start + 1} is not closed.";
                if (at < text.Length && text[at] != delimiter) return $"Behind the quote that ends before character {at + 1} stands neither the delimiter nor the line's end.";
                values.Add(value);
            }
            else
            {
                var end = text.IndexOf(delimiter, at);
                if (end < 0) end = text.Length;
                values.Add(text[at..end]);
                at = end;
            }
            if (at == text.Length) return null;
            at++;
        }
    }

    private static bool TryQuoted(string text, ref int at, out string value)
    {
        var output = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                output.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                output.Append('"');
                at++;
            }
            else
            {
                at++;
                value = output.ToString();
                return true;
            }
        }
        value = "";
        return false;
    }
}
