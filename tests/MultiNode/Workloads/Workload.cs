using System.Text.Json.Nodes;
using ActorStreams.MultiNode.Tests.Runs;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>Clients of all kinds on one stream and the pipeline that watches it. Talks to nothing but the endpoints.</summary>
public sealed class Workload : IDisposable
{
    public const string Positioned = "positioned";

    private readonly Schedule _schedule;
    private readonly SdkClient _client;

    public Workload(Schedule schedule, IReadOnlyList<Uri> endpoints, RetryRules rules)
    {
        _schedule = schedule;
        _client = new SdkClient(endpoints, rules);
        Log = new WorkloadLog(TimeProvider.System);
    }

    public WorkloadLog Log { get; private set; }

    public int Retries => _client.Retries;

    /// <summary>Creates the source where it is not there; the pipeline creates its outputs. False while not all of them are active.</summary>
    public async Task<bool> PrepareAsync()
    {
        var from = _client.Begin();
        var create = new JsonObject { ["StreamName"] = WatchPipeline.Source, ["ShardCount"] = _schedule.Shards };
        await _client.CallAsync("CreateStream", Bytes(create), from);
        foreach (var stream in (string[])[WatchPipeline.Source, WatchPipeline.Output, WatchPipeline.DeadLetters])
        {
            var answer = await _client.CallAsync("DescribeStreamSummary", Bytes(new JsonObject { ["StreamName"] = stream }), from);
            if (answer is not { Succeeded: true } || (string?)answer.Body["StreamDescriptionSummary"]!["StreamStatus"] != "ACTIVE") return false;
        }

        Log = new WorkloadLog(TimeProvider.System);
        return true;
    }

    /// <summary>Puts and reads until told to stop; calls that were begun come to their end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(_schedule.Seed);
        var clients = new List<Task>();
        for (var i = 0; i < _schedule.Producers; i++)
        {
            // With one key, how long that key cannot be written is seen; with many, calls that succeed in part only.
            clients.Add(new PlainProducer($"plain-{i}", keys: i % 2 == 0 ? 1 : 5, _client, Log, random.Next()).RunAsync(stop));
        }

        clients.Add(new PositionedProducer(Positioned, _client, Log, random.Next()).RunAsync(stop));
        clients.Add(new Reader("reader", _client, Log).RunAsync(stop));
        await Task.WhenAll(clients);
    }

    /// <summary>Tells the stream to change. What the stream refuses, as while it changes already, is left out.</summary>
    public async Task ChangeAsync(Fault fault, CancellationToken cancel)
    {
        var from = _client.Begin();
        var (operation, request) = fault is Fault.Scale scale
            ? ("UpdateShardCount", new JsonObject { ["StreamName"] = WatchPipeline.Source, ["TargetShardCount"] = scale.Shards, ["ScalingType"] = "UNIFORM_SCALING" })
            : await DrawReshardAsync(fault, from, cancel);
        if (request is not null) await _client.CallAsync(operation, Bytes(request), from, cancel: cancel);
    }

    public void Dispose() => _client.Dispose();

    internal static byte[] Bytes(JsonObject request) => System.Text.Encoding.UTF8.GetBytes(request.ToJsonString());

    private async Task<(string Operation, JsonObject? Request)> DrawReshardAsync(Fault fault, SdkClient.Endpoint from, CancellationToken cancel)
    {
        var answer = await _client.CallAsync("ListShards", Bytes(new JsonObject { ["StreamName"] = WatchPipeline.Source }), from, cancel: cancel);
        if (answer is not { Succeeded: true }) return ("", null);
        var open = answer.Body["Shards"]!.AsArray()
            .Where(s => s!["SequenceNumberRange"]!["EndingSequenceNumber"] is null)
            .Select(s => (Id: (string)s!["ShardId"]!, From: UInt128.Parse((string)s["HashKeyRange"]!["StartingHashKey"]!, null), To: UInt128.Parse((string)s["HashKeyRange"]!["EndingHashKey"]!, null)))
            .OrderBy(s => s.From).ToArray();
        switch (fault)
        {
            case Fault.Split split:
                var shard = open[split.Shard % open.Length];
                return ("SplitShard", new JsonObject
                {
                    ["StreamName"] = WatchPipeline.Source,
                    ["ShardToSplit"] = shard.Id,
                    ["NewStartingHashKey"] = (shard.From + (shard.To - shard.From) / 2 + 1).ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                });
            case Fault.Merge merge when open.Length > 1:
                var first = merge.Shard % (open.Length - 1);
                return ("MergeShards", new JsonObject
                {
                    ["StreamName"] = WatchPipeline.Source,
                    ["ShardToMerge"] = open[first].Id,
                    ["AdjacentShardToMerge"] = open[first + 1].Id,
                });
            default:
                return ("", null);
        }
    }
}
