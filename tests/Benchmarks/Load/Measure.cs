namespace ActorStreams.Benchmarks.Load;

/// <summary>What one or several windows of load did. CPU and bytes written are null where the system under test can't be observed.</summary>
public sealed record Measure
{
    public required long Records { get; init; }

    public required long PayloadBytes { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Stopwatch ticks of each answered request, in no order.</summary>
    public required IReadOnlyList<long> LatencyTicks { get; init; }

    public TimeSpan? ServerCpu { get; init; }

    public TimeSpan? GeneratorCpu { get; init; }

    public long? WrittenBytes { get; init; }

    /// <summary>Records that the server refused; they count in nothing else.</summary>
    public long Refused { get; init; }

    public string? FirstRefusal { get; init; }

    public double RecordsPerSecond => Records / Elapsed.TotalSeconds;

    public double MegabytesPerSecond => PayloadBytes / 1e6 / Elapsed.TotalSeconds;

    public double? ServerCpuSecondsPerMillion => ServerCpu?.TotalSeconds / Records * 1e6;

    public double? GeneratorCpuSecondsPerMillion => GeneratorCpu?.TotalSeconds / Records * 1e6;

    public double? WrittenPerPayloadByte => (double?)WrittenBytes / PayloadBytes;

    /// <summary>Two windows of the same workload as one.</summary>
    public static Measure operator +(Measure a, Measure b) => new()
    {
        Records = a.Records + b.Records,
        PayloadBytes = a.PayloadBytes + b.PayloadBytes,
        Elapsed = a.Elapsed + b.Elapsed,
        LatencyTicks = [.. a.LatencyTicks, .. b.LatencyTicks],
        ServerCpu = a.ServerCpu + b.ServerCpu,
        GeneratorCpu = a.GeneratorCpu + b.GeneratorCpu,
        WrittenBytes = a.WrittenBytes + b.WrittenBytes,
        Refused = a.Refused + b.Refused,
        FirstRefusal = a.FirstRefusal ?? b.FirstRefusal,
    };
}
