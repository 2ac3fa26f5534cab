using System.Collections.Immutable;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Reads and checks small requests by their shape: unknown members and nulls are passed over, the first wrong type is an error, violated
/// constraints are all collected. Of two members of one name the last counts.
/// </summary>
internal static class ShapeReader
{
    /// <summary>No list or map of the API takes so many; of longer ones the rest is read but not kept.</summary>
    public const int ItemsKeptMax = 10_000;

    /// <param name="body">Strings that come in chunks are put together in it.</param>
    public static ShapeValues Read(Span<byte> body, WireEncoding encoding, ImmutableArray<Member> members)
    {
        var values = encoding == WireEncoding.Json ? JsonShapeReader.Read(body, members) : CborShapeReader.Read(body, members);
        var violations = new Violations();
        foreach (var member in members) member.Check("", values.Raw(member.Name), violations);
        violations.ThrowIfAny();
        return values;
    }

    /// <summary>Whether the bytes are one object and nothing else.</summary>
    public static bool IsObject(Span<byte> body, WireEncoding encoding) =>
        encoding == WireEncoding.Json ? JsonToken.IsObject(body) : CborToken.IsObject(body);
}
