using System.Diagnostics;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Exact percentiles in milliseconds: the samples of a run fit in memory, so nothing is put into buckets.</summary>
public readonly record struct Percentiles(double P50Ms, double P99Ms)
{
    public static Percentiles? Of(IReadOnlyList<long> latencyTicks)
    {
        if (latencyTicks.Count == 0)
            return null;
        var sorted = latencyTicks.ToArray();
        Array.Sort(sorted);
        return new Percentiles(At(sorted, 0.50), At(sorted, 0.99));
    }

    /// <summary>The largest in milliseconds, 0 of none.</summary>
    public static double Max(IReadOnlyList<long> latencyTicks) =>
        latencyTicks.Count == 0 ? 0 : Math.Round(latencyTicks.Max() * 1000.0 / Stopwatch.Frequency, 3);

    private static double At(long[] sorted, double quantile)
    {
        var rank = (int)Math.Ceiling(quantile * sorted.Length) - 1;
        return Math.Round(sorted[Math.Max(rank, 0)] * 1000.0 / Stopwatch.Frequency, 3);
    }
}
