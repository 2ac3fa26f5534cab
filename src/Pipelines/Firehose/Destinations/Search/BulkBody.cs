using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Destinations.Search;

/// <summary>The lines of one <c>_bulk</c> request: for each document what to do with it, and itself, each closed by a newline.</summary>
internal sealed class BulkBody
{
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly List<(int Ordinal, SearchDocument Document)> _documents = [];

    public int Bytes => _lines.WrittenCount;

    public ReadOnlyMemory<byte> Content => _lines.WrittenMemory;

    /// <summary>Of which the lines are.</summary>
    public IReadOnlyList<(int Ordinal, SearchDocument Document)> Documents => _documents;

    /// <summary>Why a document cannot even be sent, since it would break the request of all others; null when it was added, and is kept.</summary>
    public SearchOutcome.Failed? Add(SearchDocument document, int ordinal)
    {
        if (document.Id is { } id && Encoding.UTF8.GetByteCount(id) is 0 or > SearchDocument.IdBytesMax)
            return new SearchOutcome.Failed("400 invalid_id", $"The id '{id}' has not 1 to {SearchDocument.IdBytesMax} bytes.");
        if (OneLine(document.Json) is not { } line) return new SearchOutcome.Failed("400 not_json", "The record is no JSON object.");
        using (var json = new Utf8JsonWriter(_lines))
        {
            json.WriteStartObject();
            // Create: a document that is there already stays as it is and is told by 409. Without an id there is nothing to compare.
            json.WriteStartObject(document.Id is null ? "index"u8 : "create"u8);
            json.WriteString("_index"u8, document.Index);
            if (document.Id is not null) json.WriteString("_id"u8, document.Id);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        _lines.Write("\n"u8);
        _lines.Write(line.Span);
        _lines.Write("\n"u8);
        _documents.Add((ordinal, document));
        return null;
    }

    /// <summary>A JSON object without newlines between its parts; null for anything else.</summary>
    private static ReadOnlyMemory<byte>? OneLine(ReadOnlyMemory<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read())
            {
            }
            if (json.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0) return json;
            using var document = JsonDocument.Parse(json);
            var line = new ArrayBufferWriter<byte>(json.Length);
            using (var writer = new Utf8JsonWriter(line)) document.RootElement.WriteTo(writer);
            return line.WrittenMemory;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
