using System.Text.Json.Nodes;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>What a node costs that has nothing to do, and how much more a hundred Direct PUT delivery streams are to which nobody puts.</summary>
public sealed class IdleWorkload : IWorkload
{
    private const int Streams = 100;

    /// <summary>What starting costs is over, and what is kept half a minute later.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(60);

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is null) return;
        await using var node = await DeliveringNode.StartAsync(context);
        var alone = await CpuAsync(context, node.Process);
        var residentAlone = Usage.ResidentBytes(node.Process.Id);
        for (var i = 1; i <= Streams; i++) node.Create($"idle-{i}", Destination(), "ExtendedS3");
        var together = await CpuAsync(context, node.Process);
        Report(context, "a node that is idle", "< 3 %", alone, "%", "CPU, of one core");
        Report(context, "a node that is idle", null, residentAlone / 1e6, "MB", "resident");
        Report(context, $"{Streams} idle delivery streams", "< 1 %", together - alone, "%", "CPU, of one core, beyond the idle node");
        Report(context, $"{Streams} idle delivery streams", null, Usage.ResidentBytes(node.Process.Id) / 1e6, "MB", "resident");
    }

    private static async Task<double> CpuAsync(BenchmarkContext context, NodeProcess process)
    {
        await Task.Delay(s_settling);
        // Half a per cent of a core is a tenth of a second in twenty: short windows measure noise.
        var window = context.Window * 4;
        var before = process.Usage();
        await Task.Delay(window);
        return (process.Usage() - before).Cpu / window * 100;
    }

    private static void Report(BenchmarkContext context, string name, string? target, double value, string unit, string what) =>
        context.Report.Add(new Figure(name, what, Math.Round(value, value < 10 ? 2 : 0), unit, target));

    private static JsonObject Destination() => new()
    {
        ["RoleARN"] = "arn:aws:iam::000000000000:role/bench",
        ["BucketARN"] = "arn:aws:s3:::lake",
        ["CompressionFormat"] = "GZIP",
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 60 },
    };
}
