namespace ActorStreams.Shards.Keys;

/// <summary>
/// A slice of the hash key space 0..2^128-1, inclusive at both ends as in Kinesis's HashKeyRange. Never empty: the smallest
/// range holds one key. The constructor throws <see cref="ArgumentOutOfRangeException"/> when the ends are swapped.
/// </summary>
public readonly record struct HashKeyRange(UInt128 Starting, UInt128 Ending)
{
    // Without init accessors, so that a `with` expression cannot get past the check.
    public UInt128 Starting { get; } = Starting <= Ending
        ? Starting
        : throw new ArgumentOutOfRangeException(
            nameof(Starting),
            $"A hash key range starts at or below its end, but {HashKeys.Format(Starting)} is above {HashKeys.Format(Ending)}.");

    public UInt128 Ending { get; } = Ending;

    /// <summary>The hash key space of a stream with one shard.</summary>
    public static HashKeyRange Whole { get; } = new(UInt128.MinValue, UInt128.MaxValue);

    /// <summary>
    /// The ranges CreateStream gives its shards: each floor(2^128 / shards) wide, the last one stretched to 2^128-1.
    /// </summary>
    public static IReadOnlyList<HashKeyRange> Tile(int shards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        if (shards == 1)
        {
            // Its width, 2^128, is the one that does not fit in the type.
            return [Whole];
        }

        var width = TileWidth(shards);
        var ranges = new HashKeyRange[shards];
        for (var i = 0; i < shards; i++)
        {
            var starting = width * (UInt128)i;
            ranges[i] = new HashKeyRange(starting, i == shards - 1 ? UInt128.MaxValue : starting + (width - 1));
        }

        return ranges;
    }

    public bool Contains(UInt128 key) => Starting <= key && key <= Ending;

    /// <summary>Whether the other range begins right above the end of this one.</summary>
    public bool IsAdjacentBelow(HashKeyRange other) => Ending != UInt128.MaxValue && Ending + 1 == other.Starting;

    public bool Overlaps(HashKeyRange other) => Starting <= other.Ending && other.Starting <= Ending;

    /// <summary>The keys that both ranges hold, or null when there are none.</summary>
    public HashKeyRange? Intersect(HashKeyRange other) => Overlaps(other)
        ? new HashKeyRange(UInt128.Max(Starting, other.Starting), UInt128.Min(Ending, other.Ending))
        : null;

    /// <summary>
    /// Divides the range so that the upper part begins at the given key. Both parts hold at least one key, so the key lies above
    /// <see cref="Starting"/> and at most at <see cref="Ending"/>; otherwise <see cref="ArgumentOutOfRangeException"/>. SplitShard's
    /// own rule is narrower by one key at each end and belongs to that operation.
    /// </summary>
    public (HashKeyRange Lower, HashKeyRange Upper) SplitAt(UInt128 upperStarting)
    {
        if (upperStarting <= Starting || upperStarting > Ending)
        {
            throw new ArgumentOutOfRangeException(
                nameof(upperStarting),
                $"{HashKeys.Format(upperStarting)} does not split {this}: allowed are keys above the start and up to the end.");
        }

        return (new HashKeyRange(Starting, upperStarting - 1), new HashKeyRange(upperStarting, Ending));
    }

    /// <summary>Joins two adjacent ranges, in either order. Throws <see cref="ArgumentException"/> when they are not.</summary>
    public HashKeyRange Merge(HashKeyRange other)
    {
        if (IsAdjacentBelow(other))
        {
            return new HashKeyRange(Starting, other.Ending);
        }

        return other.IsAdjacentBelow(this)
            ? new HashKeyRange(other.Starting, Ending)
            : throw new ArgumentException($"{this} and {other} are not adjacent, so they cannot be merged.", nameof(other));
    }

    public override string ToString() => $"[{HashKeys.Format(Starting)}, {HashKeys.Format(Ending)}]";

    // floor(2^128 / n) from floor((2^128 - 1) / n): they differ only where n divides 2^128.
    private static UInt128 TileWidth(int shards)
    {
        var (quotient, remainder) = UInt128.DivRem(UInt128.MaxValue, (UInt128)shards);
        return remainder == (UInt128)(shards - 1) ? quotient + 1 : quotient;
    }
}
