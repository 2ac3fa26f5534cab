using System.Collections.Immutable;

namespace ActorStreams.MultiNode.Tests.Schedules;

/// <summary>Draws a schedule from a seed.</summary>
public static class ScheduleGenerator
{
    private const int NodesMin = 3;
    private const int NodesMax = 5;

    public static Schedule Draw(int seed, ScheduleScale scale, int nodesMax = NodesMax)
    {
        var random = new Random(seed);
        var nodes = random.Next(NodesMin, nodesMax + 1);
        var shards = random.Next(1, 7);
        var producers = random.Next(3, 6);
        var faults = ImmutableArray.CreateBuilder<Fault>();
        var count = random.Next(1, scale.FaultsMax + 1);
        for (var i = 0; i < count; i++) faults.Add(DrawFault(random, scale, nodes));
        return new Schedule(seed, nodes, shards, producers, scale.Load, [.. faults.OrderBy(f => f.At)]);
    }

    private static Fault DrawFault(Random random, ScheduleScale scale, int nodes)
    {
        var length = Between(random, scale.ShortestFault, scale.LongestFault);
        var at = Between(random, scale.Calm, scale.Load - length);
        var node = random.Next(nodes);
        return random.Next(20) switch
        {
            < 4 => new Fault.Kill(at, length, node),
            < 8 => new Fault.Pause(at, length, node),
            < 10 => new Fault.Leave(at, length, node),
            < 14 => new Fault.Cut(at, length, DrawSide(random, nodes), (CutDirection)random.Next(1, 4)),
            14 when scale.CutsStore && random.Next(2) == 0 => new Fault.CutStore(at, length, node),
            14 => new Fault.Slow(at, length, node, 2_000 << random.Next(6)),
            15 => new Fault.ResetConnections(at),
            16 => new Fault.StopStore(at, length),
            17 => new Fault.Scale(at, random.Next(1, 7)),
            18 => new Fault.Split(at, random.Next(100)),
            _ => new Fault.Merge(at, random.Next(100)),
        };
    }

    /// <summary>One node, or any part of them but all.</summary>
    private static ImmutableArray<int> DrawSide(Random random, int nodes)
    {
        var all = Enumerable.Range(0, nodes).ToArray();
        random.Shuffle(all);
        return [.. all.Take(random.Next(2) == 0 ? 1 : random.Next(1, nodes)).Order()];
    }

    private static TimeSpan Between(Random random, TimeSpan from, TimeSpan to) =>
        // Whole hundredths, so that a printed schedule is the schedule.
        TimeSpan.FromMilliseconds(10 * random.Next((int)from.TotalMilliseconds / 10, Math.Max((int)from.TotalMilliseconds, (int)to.TotalMilliseconds) / 10 + 1));
}
