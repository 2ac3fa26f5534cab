namespace ActorStreams.Shards.Log;

/// <summary>
/// Which of a call's entries are meant, in the order of the call: <see cref="All"/>, or a bit for each, from the lowest bit of the first byte.
/// One set has one form, so equality is that of the bytes; the bits of all entries are written as <see cref="All"/>.
/// </summary>
public readonly struct CallEntries(ReadOnlyMemory<byte> bits) : IEquatable<CallEntries>
{
    /// <summary>500 entries are 63 bytes.</summary>
    public const int BytesMax = 255;

    public ReadOnlyMemory<byte> Bits { get; } = bits;

    public static CallEntries All => default;

    public bool IsAll => Bits.IsEmpty;

    public bool Contains(int entry) => IsAll || (entry >> 3 < Bits.Length && (Bits.Span[entry >> 3] & (1 << (entry & 7))) != 0);

    public bool Overlaps(CallEntries other)
    {
        if (IsAll || other.IsAll) return true;
        var a = Bits.Span;
        var b = other.Bits.Span;
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if ((a[i] & b[i]) != 0) return true;
        }
        return false;
    }

    public bool Equals(CallEntries other) => Bits.Span.SequenceEqual(other.Bits.Span);
    public override bool Equals(object? obj) => obj is CallEntries other && Equals(other);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bits.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => IsAll ? "all" : Convert.ToHexString(Bits.Span);

    public static bool operator ==(CallEntries a, CallEntries b) => a.Equals(b);
    public static bool operator !=(CallEntries a, CallEntries b) => !a.Equals(b);
}

/// <summary>Names the call of a client whose entries an append stores, so that the client's next try of it stores nothing twice.</summary>
/// <param name="Id">128 bits of a cryptographic hash; the same for every try.</param>
/// <param name="Entries">Which of the call's entries the append holds.</param>
/// <param name="BodyHash">Tells another body under the same id; 0 where the id depends on the body.</param>
/// <param name="MayBeRepeat">
/// False for what is known to be sent for the first time: a shard that remembers nothing of before its recovery stores it at once, and
/// for others reads first what it stored within the window.
/// </param>
public sealed record CallToken(UInt128 Id, CallEntries Entries, ulong BodyHash, bool MayBeRepeat);

/// <summary>Entries of a call as they were stored.</summary>
public readonly record struct CallBlock(
    UInt128 Id, CallEntries Entries, ulong BodyHash, long Row, int FirstIndex, int Count, long ArrivalMs);
