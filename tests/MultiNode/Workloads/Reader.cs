using System.Text.Json.Nodes;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>Follows every shard of the source from its beginning, children too, and notes what it is given.</summary>
internal sealed class Reader(string name, SdkClient client, WorkloadLog log)
{
    private const int PauseMs = 50;

    public async Task RunAsync(CancellationToken stop)
    {
        var from = client.Begin();
        var positions = new Dictionary<string, Position>(StringComparer.Ordinal);
        while (!stop.IsCancellationRequested)
        {
            var shards = await client.CallAsync("ListShards", Workload.Bytes(new JsonObject { ["StreamName"] = WatchPipeline.Source }), from, cancel: stop);
            if (shards is { Succeeded: true })
            {
                foreach (var shard in shards.Body["Shards"]!.AsArray())
                {
                    if (!positions.ContainsKey((string)shard!["ShardId"]!)) positions[(string)shard["ShardId"]!] = new Position();
                }
            }

            foreach (var (shard, position) in positions.Where(p => !p.Value.IsAtEnd)) await ReadAsync(shard, position, from, stop);
            await Task.Delay(PauseMs, CancellationToken.None);
        }
    }

    private async Task ReadAsync(string shard, Position position, SdkClient.Endpoint from, CancellationToken stop)
    {
        if (position.Iterator is null)
        {
            var start = new JsonObject { ["StreamName"] = WatchPipeline.Source, ["ShardId"] = shard, ["ShardIteratorType"] = position.Last is null ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER" };
            if (position.Last is not null) start["StartingSequenceNumber"] = position.Last;
            var begun = await client.CallAsync("GetShardIterator", Workload.Bytes(start), from, cancel: stop);
            if (begun is not { Succeeded: true }) return;
            position.Iterator = (string)begun.Body["ShardIterator"]!;
        }

        var answer = await client.CallAsync("GetRecords", Workload.Bytes(new JsonObject { ["ShardIterator"] = position.Iterator }), from, cancel: stop);
        if (answer is not { Succeeded: true })
        {
            position.Iterator = null;
            return;
        }

        foreach (var record in answer.Body["Records"]!.AsArray())
        {
            position.Last = (string)record!["SequenceNumber"]!;
            log.Read.Enqueue(new Seen(name, shard, position.Last, (string)record["PartitionKey"]!, Convert.FromBase64String((string)record["Data"]!)));
        }

        position.Iterator = (string?)answer.Body["NextShardIterator"];
        position.IsAtEnd = position.Iterator is null;
    }

    private sealed class Position
    {
        public string? Iterator { get; set; }

        public string? Last { get; set; }

        public bool IsAtEnd { get; set; }
    }
}
