using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Workloads;

namespace ActorStreams.Benchmarks.Hosting;

/// <summary>A node of its own with a bucket <c>lake</c> that is a folder, for delivery streams of Direct PUT or of a stream.</summary>
public sealed class DeliveringNode : IAsyncDisposable
{
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(3);
    private readonly BenchmarkContext _context;
    private readonly string _data;

    private DeliveringNode(BenchmarkContext context, NodeProcess process, string data, DirectoryInfo lake) =>
        (_context, Process, _data, Lake) = (context, process, data, lake);

    public NodeProcess Process { get; }

    public DirectoryInfo Lake { get; }

    /// <summary>Bytes that lie in the spool.</summary>
    public long Spooled => new DirectoryInfo(Path.Combine(_data, "firehose-spool")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    /// <summary>One with a delivery stream <c>bench</c>, of Direct PUT or of a stream of that name.</summary>
    /// <param name="destination">Null for no delivery stream.</param>
    /// <param name="sourceShards">Of the stream that it reads; 0 for Direct PUT.</param>
    public static async Task<DeliveringNode> StartAsync(
        BenchmarkContext context, IEnumerable<(string Name, string Value)> settings, JsonObject? destination, string kind, int sourceShards = 0)
    {
        var node = await StartAsync(context, [.. settings]);
        if (sourceShards > 0)
        {
            using var session = context.Observe(node.Process).Connect();
            session.CreateStream("bench", sourceShards);
        }
        if (destination is not null) node.Create("bench", destination, kind, sourceShards > 0 ? $"arn:aws:kinesis:{context.Region}:000000000000:stream/bench" : null);
        return node;
    }

    public static async Task<DeliveringNode> StartAsync(BenchmarkContext context, params (string Name, string Value)[] settings)
    {
        var folder = Path.Combine(context.Folder, $"delivery-{Guid.NewGuid():N}");
        var lake = Directory.CreateDirectory(Path.Combine(folder, "lake"));
        var command = context.Command!;
        var environment = command.Environment.Concat(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)))
            .Append(KeyValuePair.Create("ActorStreams__Firehose__Buckets__lake__Folder", lake.FullName));
        var data = Path.Combine(folder, "data");
        var process = await NodeProcess.StartAsync(command with { Environment = new Dictionary<string, string>(environment) }, data);
        return new DeliveringNode(context, process, data, lake);
    }

    public KinesisSession Connect() => new(Process.Endpoint, _context.SignerFor(Process.Endpoint, AwsApi.Firehose));

    /// <param name="source">ARN of the stream that it reads; null for Direct PUT.</param>
    public void Create(string stream, JsonObject destination, string kind, string? source = null)
    {
        using var session = Connect();
        var request = new JsonObject
        {
            ["DeliveryStreamName"] = stream,
            [$"{kind}DestinationConfiguration"] = destination.DeepClone(),
        };
        if (source is not null)
        {
            request["DeliveryStreamType"] = "KinesisStreamAsSource";
            request["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = source, ["RoleARN"] = "arn:aws:iam::000000000000:role/bench" };
        }
        session.Call("CreateDeliveryStream", request.ToJsonString());
        while (!session.Call("DescribeDeliveryStream", $$"""{"DeliveryStreamName":"{{stream}}"}""").Body.ContainsText("\"ACTIVE\"")) Thread.Sleep(20);
    }

    /// <summary>Waits until the folder holds as many records, and says when the last object of them came. Objects are counted once no more come.</summary>
    /// <param name="extension">Of the objects.</param>
    public async Task<DateTime> DeliveredAsync(long records, string extension, Func<FileInfo, long> recordsOf)
    {
        var counted = new Dictionary<string, long>();
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < DeliveryTimeout)
        {
            await Task.Delay(PollInterval);
            var objects = Lake.EnumerateFiles("*" + extension, SearchOption.AllDirectories).ToList();
            if (objects.Count == 0 || DateTime.UtcNow - objects.Max(o => o.LastWriteTimeUtc) < QuietTime) continue;
            foreach (var item in objects.Where(o => !counted.ContainsKey(o.FullName))) counted.Add(item.FullName, recordsOf(item));
            if (counted.Values.Sum() == records) return objects.Max(o => o.LastWriteTimeUtc);
        }
        throw new TimeoutException($"{records} records were put, and {counted.Values.Sum()} are in the folder after {DeliveryTimeout.TotalMinutes} minutes.");
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_data)!, recursive: true);
    }
}
