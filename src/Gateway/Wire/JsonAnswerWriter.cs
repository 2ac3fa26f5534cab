using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorStreams.Gateway.Wire;

/// <summary>JSON as the service writes it: times are epoch seconds with three decimals, blobs are base64.</summary>
internal sealed class JsonAnswerWriter : AnswerWriter
{
    // Nothing of it is embedded in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter _json;

    private JsonAnswerWriter(Utf8JsonWriter json) => _json = json;

    public static void Encode(IBufferWriter<byte> buffer, Action<AnswerWriter> members)
    {
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        members(new JsonAnswerWriter(json));
        json.WriteEndObject();
    }

    public override void StartObject() => _json.WriteStartObject();

    public override void StartObject(string name) => _json.WriteStartObject(name);

    public override void EndObject() => _json.WriteEndObject();

    public override void StartArray(string name) => _json.WriteStartArray(name);

    public override void EndArray() => _json.WriteEndArray();

    public override void StringValue(string value) => _json.WriteStringValue(value);

    public override void String(string name, string? value)
    {
        if (value is not null) _json.WriteString(name, value);
    }

    public override void Number(string name, long? value)
    {
        if (value is { } number) _json.WriteNumber(name, number);
    }

    public override void Bool(string name, bool? value)
    {
        if (value is { } known) _json.WriteBoolean(name, known);
    }

    public override void Timestamp(string name, DateTimeOffset? value)
    {
        if (value is { } time) _json.WriteNumber(name, time.ToUnixTimeMilliseconds() / 1000m);
    }

    public override void Blob(string name, ReadOnlySpan<byte> value) => _json.WriteBase64String(name, value);
}
