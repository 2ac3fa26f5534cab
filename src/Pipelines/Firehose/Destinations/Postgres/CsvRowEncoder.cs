namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>One line with fields in the order of the columns, quoted as RFC 4180 has it; a quoted field may hold newlines.</summary>
internal sealed class CsvRowEncoder(IReadOnlyList<CopyColumn> columns, CopyOptions options) : RowEncoder(columns, options)
{
    private readonly byte _delimiter = char.IsAscii(options.CsvDelimiter) && options.CsvDelimiter is not ('"' or '\r' or '\n')
        ? (byte)options.CsvDelimiter
        : throw new ArgumentException($"CsvDelimiter is '{options.CsvDelimiter}'; it takes an ASCII character that is neither a quote nor a newline.", nameof(options));

    private byte[] _unquoted = new byte[256];

    protected override string? Fields(ReadOnlySpan<byte> record, RowBuffer row)
    {
        var line = record;
        if (line.EndsWith("\n"u8)) line = line[..^1];
        if (line.EndsWith("\r"u8)) line = line[..^1];
        if (line.IsEmpty) return "The record is empty.";
        var rest = line;
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Next(ref rest, out var field, out var isLast) is { } fault) return $"Field {i + 1} {fault}.";
            if (Write(i, field, row) is { } reason) return reason;
            if (isLast && i < Columns.Count - 1) return $"The record has {i + 1} fields; the columns are {Columns.Count}.";
            if (!isLast && i == Columns.Count - 1) return $"The record has more fields than the {Columns.Count} columns.";
        }
        return null;
    }

    private string? Next(ref ReadOnlySpan<byte> rest, out FieldValue field, out bool isLast)
    {
        if (rest.Length > 0 && rest[0] == '"') return Quoted(ref rest, out field, out isLast);
        var end = rest.IndexOf(_delimiter);
        isLast = end < 0;
        var text = isLast ? rest : rest[..end];
        rest = isLast ? default : rest[(end + 1)..];
        field = new FieldValue(text.IsEmpty ? FieldKind.Null : FieldKind.Text, text, default);
        return text.Contains((byte)'"') ? "has a quote that does not begin it" : null;
    }

    private string? Quoted(ref ReadOnlySpan<byte> rest, out FieldValue field, out bool isLast)
    {
        field = default;
        isLast = false;
        if (_unquoted.Length < rest.Length) _unquoted = new byte[rest.Length * 2];
        var length = 0;
        var i = 1;
        while (true)
        {
            var quote = rest[i..].IndexOf((byte)'"');
            if (quote < 0) return "has a quote that is not closed";
            rest.Slice(i, quote).CopyTo(_unquoted.AsSpan(length));
            (length, i) = (length + quote, i + quote + 1);
            if (i >= rest.Length || rest[i] != '"') break;
            // Two of them are one that belongs to the text.
            _unquoted[length++] = (byte)'"';
            i++;
        }
        if (i < rest.Length && rest[i] != _delimiter) return "goes on after its closing quote";
        isLast = i >= rest.Length;
        rest = isLast ? default : rest[(i + 1)..];
        field = new FieldValue(FieldKind.Text, _unquoted.AsSpan(0, length), default);
        return null;
    }
}
