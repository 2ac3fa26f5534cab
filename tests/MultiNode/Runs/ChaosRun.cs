using System.Collections.Immutable;
using ActorStreams.MultiNode.Tests.Checking;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Runs;

/// <summary>One schedule from its beginning to the verdict: cluster, load, faults, heal, check.</summary>
public sealed class ChaosRun(Schedule schedule, ICluster cluster, RunRules rules)
{
    private static readonly TimeSpan s_afterwards = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>Never throws for what the cluster does: what keeps a run from its end is a violation too.</summary>
    public async Task<RunResult> RunAsync()
    {
        var start = _time.GetTimestamp();
        using var load = new Workload(schedule, cluster.Endpoints, rules.Retries);
        var violations = new List<string>();
        var counts = RunCounts.None;
        var outages = ImmutableArray<Outage>.Empty;
        try
        {
            await UntilAsync(load.PrepareAsync);
            await DisturbAsync(load);
            outages = Outages.Of(schedule, load.Log, load.Log.Now);
            var checker = await CheckAsync(load);
            violations.AddRange(checker.Violations);
            counts = await CountAsync(load, checker);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            violations.Add($"The run did not come to its end: {e.Message}");
        }

        return new RunResult(schedule, counts, outages, [.. violations], _time.GetElapsedTime(start))
        {
            Failures = [.. load.Log.FailedCalls.GroupBy(f => f.Reason).OrderByDescending(g => g.Count()).Take(5).Select(g => $"{g.Count()} times {g.Key}")],
        };
    }

    /// <summary>Load and faults, each at its time, until the load is over and everything healed.</summary>
    private async Task DisturbAsync(Workload load)
    {
        using var stop = new CancellationTokenSource();
        var clients = load.RunAsync(stop.Token);
        var faults = schedule.Faults.Select(f => RunFaultAsync(f, load)).ToArray();
        await Task.Delay(schedule.Load);
        await Task.WhenAll(faults);
        using var limit = new CancellationTokenSource(rules.HealTimeout);
        await cluster.HealAsync(limit.Token);
        // Writing goes on over the healing, and until every key was written again: a shard that stays away breaks no other promise.
        var healed = load.Log.Now;
        await Task.Delay(rules.AfterHeal);
        await UntilAsync(() => AreWritten(load.Log.KeysNotWrittenSince(healed)));
        await stop.CancelAsync();
        await clients;
    }

    private static Task<bool> AreWritten(IReadOnlyCollection<string> missing) => missing.Count == 0
        ? Task.FromResult(true)
        : throw new InvalidOperationException($"nothing was acknowledged since for the keys {string.Join(", ", missing)}");

    private async Task RunFaultAsync(Fault fault, Workload load)
    {
        await Task.Delay(fault.At);
        if (fault is Fault.Scale or Fault.Split or Fault.Merge)
        {
            await load.ChangeAsync(fault, CancellationToken.None);
            return;
        }

        await cluster.BeginAsync(fault, CancellationToken.None);
        await Task.Delay(fault.For);
        await cluster.EndAsync(fault, CancellationToken.None);
    }

    private async Task<Checker> CheckAsync(Workload load)
    {
        using var client = new KinesisHttp(cluster.Endpoints[0]);
        await UntilAsync(async () =>
        {
            await client.ActiveAsync(WatchPipeline.Source);
            return true;
        });
        var shards = await SourceShardsAsync(client);
        var checker = new Checker(load.Log, shards);
        checker.CheckRows();
        var fromApi = await ReadAllAsync(client, WatchPipeline.Source);
        checker.CheckReads(fromApi);
        var expected = checker.ExpectedAlerts().Count;
        IReadOnlyList<StoredRecord> output = [];
        await UntilAsync(async () => (output = await client.ReadAllAsync(WatchPipeline.Output)).Count >= expected, isFatal: false);
        // What would be there twice comes after the last that is awaited.
        await Task.Delay(s_afterwards);
        output = await ReadAllAsync(client, WatchPipeline.Output);
        checker.CheckAlerts(output, await ReadAllAsync(client, WatchPipeline.DeadLetters));
        return checker;
    }

    private async Task<IReadOnlyList<StoredShard>> SourceShardsAsync(KinesisHttp client)
    {
        // The stream's life stands in its sequence numbers; all other streams of the region are the pipeline's.
        var listed = (await client.CallAsync("ListShards", new() { ["StreamName"] = WatchPipeline.Source })).Expect()["Shards"]!.AsArray();
        var first = (string)listed[0]!["SequenceNumberRange"]!["StartingSequenceNumber"]!;
        if (!ActorStreams.Shards.Log.SequenceNumber.TryParse(first, out var number)) throw new InvalidOperationException($"'{first}' is no sequence number.");
        var all = await JournalRows.ReadShardsAsync(cluster.ConnectionString, WatchPipeline.Region);
        return [.. all.Where(s => s.Key.Incarnation == number.Incarnation)];
    }

    private async Task<IReadOnlyList<StoredRecord>> ReadAllAsync(KinesisHttp client, string stream)
    {
        IReadOnlyList<StoredRecord> records = [];
        await UntilAsync(async () =>
        {
            records = await client.ReadAllAsync(stream);
            return true;
        });
        return records;
    }

    /// <summary>Tries until the condition holds; what is refused meanwhile may pass.</summary>
    private async Task UntilAsync(Func<Task<bool>> condition, bool isFatal = true)
    {
        var start = _time.GetTimestamp();
        var last = "it did not come to be";
        while (_time.GetElapsedTime(start) < rules.SettleTimeout)
        {
            try
            {
                if (await condition()) return;
            }
            catch (Exception e) when (e is InvalidOperationException or HttpRequestException or OperationCanceledException)
            {
                last = e.Message;
            }

            await Task.Delay(rules.PollInterval);
        }

        if (isFatal) throw new TimeoutException($"After everything was healed the cluster did not settle within {rules.SettleTimeout.TotalSeconds} s: {last}");
    }

    private async Task<RunCounts> CountAsync(Workload load, Checker checker)
    {
        var shards = await JournalRows.ReadShardsAsync(cluster.ConnectionString, WatchPipeline.Region);
        var nodes = await cluster.CountsAsync();
        return new RunCounts(
            load.Log.Acknowledged.Select(a => a.Record).Distinct().Count(), checker.Stored.Count, load.Retries, load.Log.FailedCalls.Count, checker.ExpectedAlerts().Count,
            shards.Sum(s => Math.Max(0, s.Owners.Length - 1)), nodes.LostWrites, nodes.FailedWrites, nodes.Restarts);
    }
}

/// <summary>How patient a run is at a depth.</summary>
/// <param name="HealTimeout">Until all nodes are one cluster again.</param>
/// <param name="AfterHeal">Time for which the load goes on once everything is healed.</param>
/// <param name="SettleTimeout">Until everything answers again and the pipeline has caught up.</param>
public sealed record RunRules(RetryRules Retries, TimeSpan HealTimeout, TimeSpan AfterHeal, TimeSpan SettleTimeout, TimeSpan PollInterval)
{
    public static RunRules InProcess { get; } = new(
        RetryRules.InProcess, TimeSpan.FromSeconds(120), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(50));

    public static RunRules Processes { get; } = new(
        RetryRules.Processes, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(120), TimeSpan.FromMilliseconds(250));
}
