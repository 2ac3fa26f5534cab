using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorStreams.Gateway.Tests;

/// <summary>
/// Translates requests from JSON to CBOR, with the encoder of .NET and in the form of the AWS SDKs for Java (maps and lists of indefinite
/// length, byte strings for base64, times as milliseconds under tag 1), and answers back, strict about what these SDKs can read.
/// </summary>
internal static class CborJson
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Members that come twice stay twice.</summary>
    public static byte[] FromJson(string json, bool isDefinite = false)
    {
        var writer = new CborWriter(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: isDefinite);
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        Write(ref reader, writer, member: "");
        return writer.Encode();
    }

    public static string ToJson(byte[] cbor)
    {
        var reader = new CborReader(cbor, CborConformanceMode.Strict);
        var json = new StringBuilder();
        Write(reader, json);
        Assert.Equal(0, reader.BytesRemaining);
        return json.ToString();
    }

    private static void Write(ref Utf8JsonReader reader, CborWriter writer, string member)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartMap(null);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = Text(ref reader);
                    writer.WriteTextString(name);
                    reader.Read();
                    Write(ref reader, writer, name);
                }
                writer.WriteEndMap();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray(null);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Write(ref reader, writer, member);
                writer.WriteEndArray();
                break;
            case JsonTokenType.String when member == "Data" && IsBase64(Text(ref reader), out var data):
                writer.WriteByteString(data);
                break;
            case JsonTokenType.String:
                writer.WriteTextString(Text(ref reader));
                break;
            case JsonTokenType.Number when member.EndsWith("Timestamp", StringComparison.Ordinal):
                writer.WriteTag(CborTag.UnixTimeSeconds);
                writer.WriteInt64((long)(reader.GetDouble() * 1000));
                break;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                writer.WriteInt64(whole);
                break;
            case JsonTokenType.Number:
                writer.WriteDouble(reader.GetDouble());
                break;
            case JsonTokenType.Null:
                writer.WriteNull();
                break;
            default:
                writer.WriteBoolean(reader.GetBoolean());
                break;
        }
    }

    private static void Write(CborReader reader, StringBuilder json, string member = "")
    {
        switch (reader.PeekState())
        {
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                json.Append('{');
                for (var i = 0; reader.PeekState() != CborReaderState.EndMap; i++)
                {
                    if (i > 0) json.Append(',');
                    var name = reader.ReadTextString();
                    json.Append(Quoted(name)).Append(':');
                    Write(reader, json, name);
                }
                reader.ReadEndMap();
                json.Append('}');
                break;
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                json.Append('[');
                for (var i = 0; reader.PeekState() != CborReaderState.EndArray; i++)
                {
                    if (i > 0) json.Append(',');
                    Write(reader, json);
                }
                reader.ReadEndArray();
                json.Append(']');
                break;
            case CborReaderState.TextString:
                json.Append(Quoted(reader.ReadTextString()));
                break;
            case CborReaderState.ByteString:
                json.Append(Quoted(Convert.ToBase64String(reader.ReadByteString())));
                break;
            case CborReaderState.Tag:
                Assert.Equal(CborTag.UnixTimeSeconds, reader.ReadTag());
                // The times of records always have three decimals in JSON.
                var format = member == "ApproximateArrivalTimestamp" ? "0.000" : "0.###";
                json.Append((reader.ReadInt64() / 1000m).ToString(format, CultureInfo.InvariantCulture));
                break;
            case CborReaderState.Boolean:
                json.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            default:
                json.Append(reader.ReadInt64().ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    // Half a surrogate pair is no text, and so nothing that an encoder of CBOR would be given.
    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "?";
        }
    }

    private static bool IsBase64(string text, out ReadOnlySpan<byte> data)
    {
        var bytes = new byte[text.Length];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var length);
        data = bytes.AsSpan(0, length);
        return isBase64;
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Relaxed);
}
