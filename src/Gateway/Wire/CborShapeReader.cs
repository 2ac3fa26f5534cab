using System.Collections.Immutable;
using System.Text;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>The CBOR half of <see cref="ShapeReader"/>.</summary>
internal static class CborShapeReader
{
    public static ShapeValues Read(Span<byte> cbor, ImmutableArray<Member> members)
    {
        var scanner = new CborScanner(cbor);
        scanner.Read();
        if (scanner.Kind != ValueKind.Map) throw KinesisErrors.Malformed();
        var values = ReadStructure(ref scanner, members);
        scanner.End();
        return values;
    }

    private static ShapeValues ReadStructure(ref CborScanner scanner, ImmutableArray<Member> members)
    {
        var values = new ShapeValues();
        var left = scanner.Enter();
        while (scanner.Next(ref left))
        {
            var member = Find(CborToken.Name(ref scanner), members);
            scanner.Read();
            if (member is null)
                scanner.Skip();
            else if (scanner.Kind != ValueKind.Null && ReadValue(ref scanner, member) is { } value)
                values.Set(member.Name, value);
        }
        return values;
    }

    private static Member? Find(ReadOnlySpan<byte> name, ImmutableArray<Member> members)
    {
        foreach (var member in members)
        {
            if (Ascii.Equals(name, member.Name)) return member;
        }
        return null;
    }

    // Null where a wrong type was noted.
    private static object? ReadValue(ref CborScanner scanner, Member member) => member.Type switch
    {
        MemberType.String => CborToken.String(ref scanner),
        MemberType.Integer => CborToken.Integer(ref scanner),
        MemberType.Boolean => CborToken.Bool(ref scanner),
        MemberType.Timestamp => CborToken.TimestampMs(ref scanner),
        MemberType.Structure => CborToken.IsStructure(ref scanner) ? ReadStructure(ref scanner, member.Members) : null,
        MemberType.StringList => ReadList(ref scanner),
        MemberType.StringMap => ReadMap(ref scanner),
        _ => throw new InvalidOperationException($"No reader for members of type {member.Type}."),
    };

    private static List<string>? ReadList(ref CborScanner scanner)
    {
        if (!CborToken.IsList(ref scanner)) return null;
        var list = new List<string>();
        var left = scanner.Enter();
        while (scanner.Next(ref left))
        {
            scanner.Read();
            if (scanner.Kind == ValueKind.Null) continue;
            if (CborToken.String(ref scanner) is { } text && list.Count < ShapeReader.ItemsKeptMax) list.Add(text);
        }
        return list;
    }

    private static OrderedDictionary<string, string>? ReadMap(ref CborScanner scanner)
    {
        if (!CborToken.IsMap(ref scanner)) return null;
        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var left = scanner.Enter();
        while (scanner.Next(ref left))
        {
            scanner.Read();
            var key = CborToken.String(ref scanner);
            scanner.Read();
            if (scanner.Kind == ValueKind.Null) continue;
            if (CborToken.String(ref scanner) is { } text && key is not null && map.Count < ShapeReader.ItemsKeptMax) map[key] = text;
        }
        return map;
    }
}
