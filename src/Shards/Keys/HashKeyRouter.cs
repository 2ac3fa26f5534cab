namespace ActorStreams.Shards.Keys;

/// <summary>
/// Finds the open range that holds a hash key. Immutable; throws <see cref="ArgumentException"/> unless the ranges, in rising order,
/// cover 0..2^128-1 with no gap and no overlap.
/// </summary>
public sealed class HashKeyRouter
{
    private readonly UInt128[] _startings;
    private readonly bool _isUniform;

    public HashKeyRouter(IEnumerable<HashKeyRange> ranges)
    {
        HashKeyRange[] given = [.. ranges];
        ThrowUnlessTiling(given);
        Ranges = Array.AsReadOnly(given);
        _startings = Array.ConvertAll(given, range => range.Starting);
        _isUniform = HashKeyRange.Tile(given.Length).SequenceEqual(given);
    }

    public IReadOnlyList<HashKeyRange> Ranges { get; }

    /// <summary>The index of the range that holds the key, in the order the ranges were given.</summary>
    public int Route(UInt128 key) => _isUniform ? RouteUniform(key) : RouteBySearch(key);

    // The tiles begin at multiples of floor(2^128 / n), at most n keys below the even division of the space. Scaling the upper half
    // of the key by n therefore gives the tile or the one below it, and no 128-bit division is needed.
    private int RouteUniform(UInt128 key)
    {
        var upper = (ulong)(key >> 64);
        var tile = (int)Math.BigMul(upper, (ulong)_startings.Length, out _);
        var next = tile + 1;
        return next < _startings.Length && key >= _startings[next] ? next : tile;
    }

    private int RouteBySearch(UInt128 key)
    {
        var low = 0;
        var high = _startings.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (_startings[middle] <= key)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private static void ThrowUnlessTiling(HashKeyRange[] ranges)
    {
        if (ranges.Length == 0)
        {
            throw new ArgumentException("At least one range is needed to cover the hash key space.", nameof(ranges));
        }

        if (ranges[0].Starting != UInt128.MinValue)
        {
            throw new ArgumentException($"The first range, {ranges[0]}, must start at 0.", nameof(ranges));
        }

        for (var i = 1; i < ranges.Length; i++)
        {
            if (!ranges[i - 1].IsAdjacentBelow(ranges[i]))
            {
                throw new ArgumentException(
                    $"Range {i}, {ranges[i]}, must start right above the end of the range before it, {ranges[i - 1]}.", nameof(ranges));
            }
        }

        if (ranges[^1].Ending != UInt128.MaxValue)
        {
            throw new ArgumentException($"The last range, {ranges[^1]}, must end at 2^128-1.", nameof(ranges));
        }
    }
}
