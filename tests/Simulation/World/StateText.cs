using System.Globalization;
using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>A shard's state as text, since the equality of its record compares collections by reference.</summary>
internal static class StateText
{
    public static string Of(ShardState s) => string.Create(CultureInfo.InvariantCulture,
        $"{s.Lifecycle} {s.Range} g{s.Generation} parents {string.Join('+', s.Parents)} children {string.Join('+', s.Children)} owner {s.OwnerEpoch} {s.OwnerNode} row {s.LastRow} tip {s.TipRow}/{s.TipCount} at {s.LastArrivalMs} trimmed {s.TrimmedToRow} closed {s.ClosedRow} total {s.RecordsTotal} {s.BytesTotal} {Producers(s)}");

    public static void MustEqual(ShardState expected, ShardState actual, string where)
    {
        if (ReferenceEquals(expected, actual)) return;
        var (e, a) = (Of(expected), Of(actual));
        if (e != a) throw new Violation($"{where} gives\n  {a}\nbut the events give\n  {e}");
    }

    private static string Producers(ShardState s) => string.Join(' ', s.Producers.Values.OrderBy(p => p.Producer, StringComparer.Ordinal)
        .Select(p => $"{p.Producer}@{p.Epoch}[{string.Join(',', p.Positions.Select(x => $"{x.Range}={x.Position}"))}]"));
}
