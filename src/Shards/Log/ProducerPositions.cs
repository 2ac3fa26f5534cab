using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// How a producer's positions are judged, moved and inherited. The frontier is the lowest position over the shard's range: all up to
/// it is done for every key. After a merge the parents' positions stand side by side, and the producer itself leaves out what a
/// part has already; a position above all of them makes them one again.
/// </summary>
public static class ProducerPositions
{
    /// <summary>Positions of an entry in a part of its range; <see cref="ProducerPosition.None"/> where it has none.</summary>
    public static ProducerPosition Frontier(ProducerEntry entry, HashKeyRange range)
    {
        if (entry.Positions.IsDefaultOrEmpty) return ProducerPosition.None;
        var lowest = entry.Positions[0].Position;
        UInt128 covered = 0;
        foreach (var part in entry.Positions)
        {
            if (part.Position < lowest) lowest = part.Position;
            covered += part.Range.Ending - part.Range.Starting + 1;
        }
        // A part of the range that no position covers was never written by this producer. The whole space's width wraps to 0.
        return covered == range.Ending - range.Starting + 1 ? lowest : ProducerPosition.None;
    }

    /// <summary>Judges an append against a producer's entry: null to store it, else the answer.</summary>
    public static AppendReply? Judge(ProducerEntry? entry, HashKeyRange range, ProducerAppend append)
    {
        if (entry is null || append.Epoch > entry.Epoch)
            return new AppendReply.Refused(AppendError.NotAttached, $"Producer {append.Producer} has not attached under epoch {append.Epoch}.");
        if (append.Epoch < entry.Epoch) return new AppendReply.Refused(AppendError.StaleEpoch, ShardState.Stale(entry, append.Epoch));
        if (append.Position.Bytes.Length is 0 or > ProducerPosition.BytesMax)
        {
            return new AppendReply.Refused(AppendError.Gap,
                $"A position has 1 to {ProducerPosition.BytesMax} bytes; this one has {append.Position.Bytes.Length}.");
        }
        var frontier = Frontier(entry, range);
        if (append.Position <= frontier) return new AppendReply.Repeated(frontier);
        if (append.Predecessor != frontier)
        {
            return new AppendReply.Refused(AppendError.Gap,
                $"Producer {append.Producer} has reached {frontier}; the append says it follows {append.Predecessor}.");
        }
        return null;
    }

    /// <summary>The entry after a durable append: no part of the range stays below its position.</summary>
    public static ProducerEntry Advance(ProducerEntry entry, HashKeyRange range, ProducerAdvance advance)
    {
        var higher = entry.Positions.IsDefaultOrEmpty ? [] : entry.Positions.RemoveAll(p => p.Position <= advance.Position);
        if (higher.IsEmpty) return entry with { Positions = [new RangePosition(range, advance.Position)] };
        return entry with
        {
            Positions = Simplify(
                [.. entry.Positions.Select(p => p.Position <= advance.Position ? p with { Position = advance.Position } : p),
                 .. Uncovered(entry.Positions, range).Select(r => new RangePosition(r, advance.Position))]),
        };
    }

    /// <summary>The part of an entry that lies in a child's range.</summary>
    public static ProducerEntry Within(ProducerEntry entry, HashKeyRange range) => entry with
    {
        Positions = entry.Positions.IsDefaultOrEmpty
            ? []
            : [.. entry.Positions.Where(p => p.Range.Overlaps(range)).Select(p => p with { Range = Intersection(p.Range, range) })],
    };

    /// <summary>What a child of two parents inherits of one producer.</summary>
    public static ProducerEntry Join(ProducerEntry a, ProducerEntry b) => new(
        a.Producer, Math.Max(a.Epoch, b.Epoch), Simplify([.. a.Positions, .. b.Positions]));

    private static ImmutableArray<RangePosition> Simplify(ImmutableArray<RangePosition> parts)
    {
        var joined = ImmutableArray.CreateBuilder<RangePosition>();
        foreach (var part in parts.OrderBy(p => p.Range.Starting))
        {
            if (joined.Count > 0 && joined[^1] is var last && last.Position == part.Position && last.Range.Ending + 1 == part.Range.Starting)
                joined[^1] = last with { Range = new HashKeyRange(last.Range.Starting, part.Range.Ending) };
            else
                joined.Add(part);
        }
        return joined.ToImmutable();
    }

    private static IEnumerable<HashKeyRange> Uncovered(ImmutableArray<RangePosition> parts, HashKeyRange range)
    {
        var from = range.Starting;
        foreach (var part in parts.OrderBy(p => p.Range.Starting))
        {
            if (part.Range.Starting > from) yield return new HashKeyRange(from, part.Range.Starting - 1);
            if (part.Range.Ending == range.Ending) yield break;
            from = part.Range.Ending + 1;
        }
        yield return new HashKeyRange(from, range.Ending);
    }

    private static HashKeyRange Intersection(HashKeyRange a, HashKeyRange b) =>
        new(UInt128.Max(a.Starting, b.Starting), UInt128.Min(a.Ending, b.Ending));
}
