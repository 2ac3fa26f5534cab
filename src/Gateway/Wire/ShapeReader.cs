using System.Collections.Immutable;
using System.Text.Json;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>The members of a request that were there, by name, of the types that the shape gives them.</summary>
internal sealed class ShapeValues
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    public object? Raw(string member) => _values.GetValueOrDefault(member);

    public string? Text(string member) => (string?)Raw(member);

    public int? Integer(string member) => (int?)Raw(member);

    public bool? Bool(string member) => (bool?)Raw(member);

    public long? TimestampMs(string member) => (long?)Raw(member);

    public ShapeValues? Structure(string member) => (ShapeValues?)Raw(member);

    public IReadOnlyList<string>? Texts(string member) => (IReadOnlyList<string>?)Raw(member);

    /// <summary>In the order of the request.</summary>
    public IReadOnlyDictionary<string, string>? Map(string member) => (IReadOnlyDictionary<string, string>?)Raw(member);

    public void Set(string member, object value) => _values[member] = value;
}

/// <summary>
/// Reads and checks small requests by their shape: unknown members and nulls are passed over, a wrong type ends it at once,
/// violated constraints are all collected.
/// </summary>
internal static class ShapeReader
{
    public static ShapeValues Read(ReadOnlySpan<byte> json, ImmutableArray<Member> members)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json)) throw KinesisErrors.Malformed();
        ShapeValues values;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw KinesisErrors.Malformed();
            values = ReadStructure(ref reader, members);
            while (reader.Read()) { }
        }
        catch (JsonException)
        {
            throw KinesisErrors.Malformed();
        }
        var violations = new Violations();
        foreach (var member in members) member.Check("", values.Raw(member.Name), violations);
        violations.ThrowIfAny();
        return values;
    }

    private static ShapeValues ReadStructure(ref Utf8JsonReader reader, ImmutableArray<Member> members)
    {
        var values = new ShapeValues();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Find(ref reader, members);
            reader.Read();
            if (member is null)
                reader.Skip();
            else if (reader.TokenType != JsonTokenType.Null)
                values.Set(member.Name, ReadValue(ref reader, member));
        }
        return values;
    }

    private static Member? Find(ref Utf8JsonReader reader, ImmutableArray<Member> members)
    {
        foreach (var member in members)
        {
            if (reader.ValueTextEquals(member.Name)) return member;
        }
        return null;
    }

    private static object ReadValue(ref Utf8JsonReader reader, Member member) => member.Type switch
    {
        MemberType.String => JsonToken.String(ref reader),
        MemberType.Integer => JsonToken.Integer(ref reader),
        MemberType.Boolean => JsonToken.Bool(ref reader),
        MemberType.Timestamp => JsonToken.TimestampMs(ref reader),
        MemberType.Structure => reader.TokenType == JsonTokenType.StartObject
            ? ReadStructure(ref reader, member.Members)
            : throw JsonToken.WrongType(ref reader, JsonToken.NotAStructure(reader.TokenType)),
        MemberType.StringList => ReadList(ref reader),
        MemberType.StringMap => ReadMap(ref reader),
        _ => throw new InvalidOperationException($"No reader for members of type {member.Type}."),
    };

    private static List<string> ReadList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonToken.WrongType(ref reader, JsonToken.NotAList(reader.TokenType));
        var list = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Null) list.Add(JsonToken.String(ref reader));
        }
        return list;
    }

    private static OrderedDictionary<string, string> ReadMap(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw JsonToken.WrongType(ref reader, JsonToken.NotAMap(reader.TokenType));
        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = JsonToken.PropertyName(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null) map[key] = JsonToken.String(ref reader);
        }
        return map;
    }
}
