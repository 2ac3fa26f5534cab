using System.Collections.Immutable;
using System.Text.Json;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>The JSON half of <see cref="ShapeReader"/>.</summary>
internal static class JsonShapeReader
{
    public static ShapeValues Read(ReadOnlySpan<byte> json, ImmutableArray<Member> members)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json)) throw KinesisErrors.Malformed();
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw KinesisErrors.Malformed();
            var values = ReadStructure(ref reader, members);
            while (reader.Read()) { }
            return values;
        }
        catch (JsonException)
        {
            throw KinesisErrors.Malformed();
        }
    }

    private static ShapeValues ReadStructure(ref Utf8JsonReader reader, ImmutableArray<Member> members)
    {
        var values = new ShapeValues();
        while (JsonToken.NextMember(ref reader))
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
            : throw JsonToken.NotAStructure(ref reader),
        MemberType.StringList => ReadList(ref reader),
        MemberType.StringMap => ReadMap(ref reader),
        MemberType.StructureList => ReadStructures(ref reader, member.Members),
        _ => throw new InvalidOperationException($"No reader for members of type {member.Type}."),
    };

    private static List<string> ReadList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonToken.NotAList(ref reader);
        var list = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Null) continue;
            var text = JsonToken.String(ref reader);
            if (list.Count < ShapeReader.ItemsKeptMax) list.Add(text);
        }
        return list;
    }

    private static List<ShapeValues> ReadStructures(ref Utf8JsonReader reader, ImmutableArray<Member> members)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonToken.NotAList(ref reader);
        var list = new List<ShapeValues>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Null) continue;
            if (reader.TokenType != JsonTokenType.StartObject) throw JsonToken.NotAStructure(ref reader);
            var values = ReadStructure(ref reader, members);
            if (list.Count < ShapeReader.ItemsKeptMax) list.Add(values);
        }
        return list;
    }

    private static OrderedDictionary<string, string> ReadMap(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonToken.NotAMap(ref reader);
        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = JsonToken.PropertyName(ref reader);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null) continue;
            var text = JsonToken.String(ref reader);
            if (map.Count < ShapeReader.ItemsKeptMax) map[key] = text;
        }
        return map;
    }
}
