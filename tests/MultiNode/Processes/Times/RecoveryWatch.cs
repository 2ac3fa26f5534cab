using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary>Watches every shard of a stream, and the pipeline behind each of them, over a fault.</summary>
internal sealed class RecoveryWatch : IDisposable
{
    public const string Source = "probes";
    private const string Output = "probe-alerts";
    private const string DeadLetters = "probe-dead-letters";

    // Shorter ones are a busy machine; an alert comes some time after its record.
    private static readonly TimeSpan s_shortestGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortestConsumerGap = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_preparePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_outputPatience = TimeSpan.FromSeconds(40);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly KinesisHttp[] _clients;
    private IReadOnlyList<(string Id, string HashKey)> _shards = [];

    public RecoveryWatch(IReadOnlyList<Uri> endpoints) => _clients = [.. endpoints.Select(e => new KinesisHttp(e))];

    /// <summary>A pipeline that makes an alert of nearly every probe.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Pipelines:probes:Region"] = "eu-test-1",
        ["Pipelines:probes:Source"] = Source,
        ["Pipelines:probes:Output"] = Output,
        ["Pipelines:probes:DeadLetters"] = DeadLetters,
        ["Pipelines:probes:Detector:WarmUpSamples"] = "1",
        ["Pipelines:probes:Detector:ThresholdDeviations"] = "0.1",
    };

    /// <summary>Creates the streams; on a machine that is busy with something else it is tried again.</summary>
    public async Task PrepareAsync(int shards)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await CreateAsync(shards);
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or HttpRequestException or OperationCanceledException && _time.GetElapsedTime(start) < s_preparePatience)
            {
                await Task.Delay(ShardProbe.Interval, _time);
            }
        }
    }

    /// <summary>One for each shard, not running yet.</summary>
    public IReadOnlyList<ShardProbe> Probes() => [.. _shards.Select(s => new ShardProbe(Source, s.Id, s.HashKey, _time))];

    /// <summary>Probes from before the fault until after it; what was seen.</summary>
    /// <param name="lost">Nodes that clients do not ask.</param>
    /// <param name="fault">Does it, and answers when the time to be measured begins.</param>
    public async Task<RecoverySeen> WatchAsync(IReadOnlyCollection<int> lost, Func<Task<DateTimeOffset>> fault, TimeSpan before, TimeSpan after)
    {
        var begin = _time.GetUtcNow();
        var asked = _clients.Where((_, i) => !lost.Contains(i)).ToArray();
        var probes = Probes();
        using var stop = new CancellationTokenSource();
        var probing = probes.Select(p => p.RunAsync(asked, stop.Token)).ToArray();
        await Task.Delay(before, _time);
        var at = await fault();
        await Task.Delay(after, _time);
        var end = _time.GetUtcNow();
        await stop.CancelAsync();
        await Task.WhenAll(probing);
        var alerts = await AlertsAsync(asked[0]);
        return new RecoverySeen(
            [.. probes.Select(p => Recovery(p.Acknowledged, begin, at, end, s_shortestGap))],
            [.. probes.Select(p => Recovery(alerts[p.Shard], begin, at, end, s_shortestConsumerGap))]);
    }

    private async Task CreateAsync(int shards)
    {
        var created = await _clients[0].CallAsync("CreateStream", new JsonObject { ["StreamName"] = Source, ["ShardCount"] = shards });
        if (!created.Succeeded && created.Error != "ResourceInUseException") created.Expect();
        foreach (var stream in (string[])[Source, Output, DeadLetters]) await _clients[0].ActiveAsync(stream);
        var listed = (await _clients[0].CallAsync("ListShards", new JsonObject { ["StreamName"] = Source })).Expect();
        _shards = [.. listed["Shards"]!.AsArray().Select(s => ((string)s!["ShardId"]!, (string)s["HashKeyRange"]!["StartingHashKey"]!))];
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    private static TimeSpan? Recovery(IEnumerable<DateTimeOffset> times, DateTimeOffset begin, DateTimeOffset fault, DateTimeOffset end, TimeSpan shortest) =>
        Gaps.Recovery(times.Select(t => t - begin), TimeSpan.Zero, fault - begin, end - begin, shortest);

    /// <summary>When the alerts of each shard arrived in the output, as the store has it; tried until all can be read.</summary>
    private async Task<ILookup<string, DateTimeOffset>> AlertsAsync(KinesisHttp client)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return (await client.ReadAllAsync(Output)).ToLookup(r => r.PartitionKey, r => r.Arrival, StringComparer.Ordinal);
            }
            catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException && _time.GetElapsedTime(start) < s_outputPatience)
            {
                await Task.Delay(ShardProbe.Interval, _time);
            }
        }
    }
}

/// <param name="Writable">Of each shard, how long after the fault it was writable for good; null where it never was.</param>
/// <param name="Consumed">The same of the consumer behind it.</param>
internal sealed record RecoverySeen(IReadOnlyList<TimeSpan?> Writable, IReadOnlyList<TimeSpan?> Consumed)
{
    public TimeSpan? WritableWorst => Worst(Writable);

    public TimeSpan? ConsumedWorst => Worst(Consumed);

    private static TimeSpan? Worst(IReadOnlyList<TimeSpan?> times) => times.Contains(null) ? null : times.Max();
}
