using System.Text.Json;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>Reads single values of a JSON request and names the wrong types as the service does.</summary>
internal static class JsonToken
{
    private const string Number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";
    private const string Boolean = "class java.lang.Boolean";
    private const string Text = "class java.lang.String";
    private const string UnexpectedList = "Start of list found where not expected";
    private const string UnexpectedStructure = "Start of structure or map found where not expected.";

    /// <summary>Whether the bytes are one JSON object and nothing else.</summary>
    public static bool IsObject(ReadOnlySpan<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json)) return false;
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A type error, unless what follows is no JSON: a body that does not parse is reported before its members.</summary>
    public static KinesisException WrongType(ref Utf8JsonReader reader, string text)
    {
        while (reader.Read()) { }
        return KinesisErrors.WrongType(text);
    }

    public static string String(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        ? Decoded(ref reader)
        : throw WrongType(ref reader, NotA("an String", reader.TokenType));

    /// <summary>Whole part, clamped to 32 bits as the service does before it checks a range.</summary>
    public static int Integer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number) throw WrongType(ref reader, NotA("an Integer", reader.TokenType));
        if (reader.TryGetInt64(out var whole)) return (int)Math.Clamp(whole, int.MinValue, int.MaxValue);
        return reader.TryGetDouble(out var real) ? (int)Math.Clamp(Math.Floor(real), int.MinValue, int.MaxValue) : int.MaxValue;
    }

    public static bool Bool(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String => throw WrongType(ref reader, $"'{Decoded(ref reader).ToUpperInvariant()}' can not be converted to an Boolean"),
        _ => throw WrongType(ref reader, NotA("an Boolean", reader.TokenType)),
    };

    /// <summary>Milliseconds of an epoch time in seconds, clamped to the years 1 to 9999.</summary>
    public static long TimestampMs(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw WrongType(ref reader, NotA("milliseconds since epoch", reader.TokenType));
        const long MsMax = 253_402_300_799_999;
        const long MsMin = -62_135_596_800_000;
        // A decimal keeps the milliseconds exactly; a double does only for the numbers too large for it.
        if (reader.TryGetDecimal(out var seconds) && Math.Abs(seconds) < MsMax) return (long)Math.Clamp(Math.Round(seconds * 1000), MsMin, MsMax);
        return reader.TryGetDouble(out var real) && real < 0 ? MsMin : MsMax;
    }

    public static string NotA(string wanted, JsonTokenType found) => found switch
    {
        JsonTokenType.Number => $"{Number} can not be converted to {wanted}",
        JsonTokenType.String => $"{Text} can not be converted to {wanted}",
        JsonTokenType.StartArray => UnexpectedList,
        JsonTokenType.StartObject => UnexpectedStructure,
        _ => $"{Boolean} can not be converted to {wanted}",
    };

    public static string NotAList(JsonTokenType found) => found == JsonTokenType.StartObject ? UnexpectedStructure : "Expected list or null";

    public static string NotAMap(JsonTokenType found) => found == JsonTokenType.StartArray ? UnexpectedList : "Expected map or null";

    public static string NotAStructure(JsonTokenType found) => found == JsonTokenType.StartArray ? UnexpectedList : "Expected null";

    public static string PropertyName(ref Utf8JsonReader reader) => Decoded(ref reader);

    private static string Decoded(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escape names half of a surrogate pair: no text.
            throw KinesisErrors.Malformed();
        }
    }
}
