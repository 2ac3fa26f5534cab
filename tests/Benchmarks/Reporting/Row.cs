using ActorStreams.Benchmarks.Load;

namespace ActorStreams.Benchmarks.Reporting;

/// <summary>One line of load in the report: what a system under test did, beside its yardstick. <see cref="Ratio"/> is node over yardstick
/// in records/s; where the load sets the pace itself, in p50.</summary>
public sealed record Row(string Workload, bool IsPaced, Side Node, Side? Yardstick, string? Target)
{
    public double? Ratio => Yardstick is not { } yardstick ? null
        : IsPaced ? Rounded(Node.P50Ms / yardstick.P50Ms)
        : Rounded(Node.RecordsPerSecond / yardstick.RecordsPerSecond);

    public static Row Of(string workload, Measure node, (string Name, Measure Measure)? yardstick, string? target, bool isPaced = false) =>
        new(workload, isPaced, Side.Of("node", node), yardstick is { } y ? Side.Of(y.Name, y.Measure) : null, target);

    private static double? Rounded(double? value) => value is { } v ? Math.Round(v, 3) : null;
}

/// <summary>The figures of one system. CPU is in seconds per million records; the generator's own share is kept apart.</summary>
public sealed record Side(
    string Name,
    double RecordsPerSecond,
    double MegabytesPerSecond,
    double? P50Ms,
    double? P99Ms,
    double? CpuSecondsPerMillion,
    double? WrittenPerPayloadByte,
    double? GeneratorCpuSecondsPerMillion,
    long Refused,
    string? FirstRefusal)
{
    public static Side Of(string name, Measure m)
    {
        var latency = Percentiles.Of(m.LatencyTicks);
        return new Side(name, Math.Round(m.RecordsPerSecond), Math.Round(m.MegabytesPerSecond, 2), latency?.P50Ms, latency?.P99Ms,
            Rounded(m.ServerCpuSecondsPerMillion), Rounded(m.WrittenPerPayloadByte), Rounded(m.GeneratorCpuSecondsPerMillion),
            m.Refused, m.FirstRefusal);
    }

    private static double? Rounded(double? value) => value is { } v ? Math.Round(v, 2) : null;
}

/// <summary>A single number that is no load, such as memory or a start time.</summary>
public sealed record Figure(string Workload, string Name, double Value, string Unit, string? Target);
