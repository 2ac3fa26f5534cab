using System.Text.Json;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>Reads single values of a JSON request and names the wrong types as the service does.</summary>
internal static class JsonToken
{
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
    public static ApiException WrongType(ref Utf8JsonReader reader, string text)
    {
        while (reader.Read()) { }
        return KinesisErrors.WrongType(text);
    }

    /// <summary>What stands there; only its first token is looked at.</summary>
    public static ValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => ValueKind.Null,
        JsonTokenType.Number => ValueKind.Real,
        JsonTokenType.String => ValueKind.Text,
        JsonTokenType.StartArray => ValueKind.List,
        JsonTokenType.StartObject => ValueKind.Map,
        _ => ValueKind.Bool,
    };

    public static string String(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        ? Decoded(ref reader)
        : throw NotA(TypeErrors.AString, ref reader);

    /// <summary>Whole part, clamped to 32 bits as the service does before it checks a range.</summary>
    public static int Integer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number) throw NotA(TypeErrors.AnInteger, ref reader);
        if (reader.TryGetInt64(out var whole)) return (int)Math.Clamp(whole, int.MinValue, int.MaxValue);
        return reader.TryGetDouble(out var real) ? (int)Math.Clamp(Math.Floor(real), int.MinValue, int.MaxValue) : int.MaxValue;
    }

    public static bool Bool(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String => throw WrongType(ref reader, TypeErrors.NotABoolean(Decoded(ref reader))),
        _ => throw NotA(TypeErrors.ABoolean, ref reader),
    };

    /// <summary>Milliseconds of an epoch time in seconds.</summary>
    public static long TimestampMs(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number) throw NotA(TypeErrors.ATime, ref reader);
        if (reader.TryGetDecimal(out var seconds)) return EpochMs.OfSeconds(seconds);
        return EpochMs.OfSeconds(reader.TryGetDouble(out var real) ? real : double.MaxValue);
    }

    public static ApiException NotA(string wanted, ref Utf8JsonReader reader) =>
        WrongType(ref reader, TypeErrors.NotA(wanted, KindOf(reader.TokenType)));

    public static ApiException NotAList(ref Utf8JsonReader reader) => WrongType(ref reader, TypeErrors.NotAList(KindOf(reader.TokenType)));

    public static ApiException NotAMap(ref Utf8JsonReader reader) => WrongType(ref reader, TypeErrors.NotAMap(KindOf(reader.TokenType)));

    public static ApiException NotAStructure(ref Utf8JsonReader reader) =>
        WrongType(ref reader, TypeErrors.NotAStructure(KindOf(reader.TokenType)));

    /// <summary>
    /// Goes to the name of the next member; false at the end of the object. A name that is no text is refused here: to compare it would throw.
    /// </summary>
    public static bool NextMember(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName) return false;
        if (reader.ValueIsEscaped) Decoded(ref reader);
        return true;
    }

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
