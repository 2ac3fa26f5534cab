using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// An hour of records for a delivery stream whose destination is away from the start, as fast as the node takes them: what it holds in memory, looked at each
/// second, is to stay what it is once the first half has come. The same records without a delivery stream tell what the puts alone take.
/// </summary>
public sealed class AwayWorkload : IWorkload
{
    private const int Shards = 32;
    private const int RecordBytes = 1_024;
    private const long HourBytes = 3_600L * 1_000_000;
    private const double BytesPerMegabyte = 1e6;
    private const string Role = "arn:aws:iam::000000000000:role/bench";

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is null) return;
        var bucket = new JsonObject
        {
            ["RoleARN"] = Role,
            ["BucketARN"] = "arn:aws:s3:::lake",
            ["CompressionFormat"] = "GZIP",
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 60 },
        };
        var alone = await RunAsync(context, "no delivery", "ExtendedS3", null, null);
        await RunAsync(context, "to a folder that is away", "ExtendedS3", bucket, alone);
        bucket.Remove("CompressionFormat");
        await RunAsync(context, "to an endpoint that is away", "HttpEndpoint", new JsonObject
        {
            ["RoleARN"] = Role,
            // Nobody listens there.
            ["EndpointConfiguration"] = new JsonObject { ["Url"] = "http://127.0.0.1:9/" },
            ["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = 7_200 },
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 60 },
            ["S3Configuration"] = bucket.DeepClone(),
        }, alone);
    }

    /// <returns>The most that was resident.</returns>
    /// <param name="destination">Null for no delivery stream.</param>
    /// <param name="alone">Most resident without one.</param>
    private static async Task<long> RunAsync(BenchmarkContext context, string what, string kind, JsonObject? destination, long? alone)
    {
        await using var node = await DeliveringNode.StartAsync(
            context, [("ActorStreams__Firehose__Buckets__lake__RequiredFile", "mounted")], destination, kind, sourceShards: Shards);
        var before = Usage.ResidentBytes(node.Process.Id);
        var began = Stopwatch.GetTimestamp();
        var filling = Task.Run(() => StreamFiller.Fill(context.Observe(node.Process).Connect, "bench", HourBytes / RecordBytes, RecordBytes, isPatient: true));
        var resident = new List<long>();
        while (!filling.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            resident.Add(Usage.ResidentBytes(node.Process.Id));
        }
        var records = (await filling).Records;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        // What is held while nothing comes any more.
        await Task.Delay(context.Window);
        var quarter = resident.Count / 4;
        var early = resident.Take(quarter * 2).Max();
        var late = resident.Skip(resident.Count - quarter).Max();
        var name = $"an hour of {Shards} shards, {what}";
        Report("put", records * RecordBytes / BytesPerMegabyte, "MB");
        Report("of it a second", records * RecordBytes / BytesPerMegabyte / seconds, "MB");
        Report("resident before", before / BytesPerMegabyte, "MB");
        Report("most resident, first half", early / BytesPerMegabyte, "MB");
        Report("most resident, last quarter", late / BytesPerMegabyte, "MB");
        Report("last quarter by first half", (double)late / early, "", "< 1.15");
        if (alone is { } puts) Report("beyond what the puts alone take", (resident.Max() - puts) / BytesPerMegabyte, "MB", "< 150 MB");
        Report("resident when nothing more comes", Usage.ResidentBytes(node.Process.Id) / BytesPerMegabyte, "MB");
        if (destination is not null) Report("spooled", node.Spooled / BytesPerMegabyte, "MB");
        return resident.Max();

        void Report(string figure, double value, string unit, string? target = null) =>
            context.Report.Add(new Figure(name, figure, Math.Round(value, value < 10 ? 2 : 0), unit, target));
    }
}
