using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;

namespace ActorStreams.Pbm.Tail;

/// <summary>
/// Follows every shard of a stream. A shard that has children is followed to its end before they begin, so that the records of a key
/// come in their order through splits and merges. An endpoint that goes away is waited for: only the first question may fail.
/// </summary>
internal sealed class StreamTail(Session session, string stream, StartingPoint from, string? onlyShard, long? limit)
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly RecordPrinter _printer = new(session);
    private readonly HashSet<string> _begun = [];
    private readonly HashSet<string> _ended = [];
    private readonly List<Task<string>> _running = [];
    private long _printed;
    private int _outages;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var description = await DescribeAsync(cancel);
            if (onlyShard is not null && description.Shards.All(s => s.ShardId != onlyShard))
                throw PbmException.Refused($"{stream} has no shard {onlyShard}; it has {string.Join(", ", description.Shards.Select(s => s.ShardId))}.");
            if (onlyShard is null && from == StartingPoint.Latest) SkipClosed(description);
            Begin(description, from, stop);
            while (await NextAsync(description, stop.Token) is { } ended)
            {
                _ended.UnionWith(ended);
                description = await PatientlyAsync(DescribeAsync, stop.Token);
                // What opened meanwhile is new from its first record on.
                Begin(description, from == StartingPoint.Latest ? StartingPoint.TrimHorizon : from, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C, or as many records as were wanted: how a tail ends.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(_running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void SkipClosed(StreamAnswer description)
    {
        var closed = description.Shards.Where(s => s.Closed).Select(s => s.ShardId).ToArray();
        _begun.UnionWith(closed);
        _ended.UnionWith(closed);
    }

    private void Begin(StreamAnswer description, StartingPoint start, CancellationTokenSource stop)
    {
        var there = description.Shards.Select(s => s.ShardId).ToHashSet();
        foreach (var shard in description.Shards)
        {
            if (onlyShard is not null ? shard.ShardId != onlyShard : shard.Parents.Any(p => there.Contains(p) && !_ended.Contains(p))) continue;
            if (_begun.Add(shard.ShardId)) _running.Add(FollowAsync(new ShardName(stream, shard.ShardId), start, stop));
        }
    }

    /// <summary>Shards that ended just now, none when it is only time to look for children; null when all is over.</summary>
    private async Task<string[]?> NextAsync(StreamAnswer description, CancellationToken cancel)
    {
        var childless = onlyShard is null && _ended.Any(id => description.Shards.Any(s => s.ShardId == id) && description.Shards.All(s => !s.Parents.Contains(id)));
        if (_running.Count == 0 && !childless) return null;
        // A shard is closed a moment before its children are there.
        var look = childless ? Task.Delay(s_pause, session.Clock, cancel) : Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        var first = await Task.WhenAny([.. _running, look]);
        if (first == look) await look;
        if (first is not Task<string> shard || !_running.Remove(shard)) return [];
        return [await shard];
    }

    private async Task<string> FollowAsync(ShardName shard, StartingPoint start, CancellationTokenSource stop)
    {
        var reader = new ShardReader(session.Client, session.Region, shard);
        for (StartingPoint? at = start; at is not null;)
        {
            var position = at;
            var page = await PatientlyAsync(token => reader.ReadAsync(position, ShardReader.PageRecordsMax, s_wait, token), stop.Token);
            _printer.PrintGap(shard, page);
            foreach (var record in page.Records)
            {
                stop.Token.ThrowIfCancellationRequested();
                var number = Interlocked.Increment(ref _printed);
                if (number <= (limit ?? long.MaxValue)) _printer.Print(shard, record);
                if (number == limit) await stop.CancelAsync();
            }

            at = page.Next is null ? null : StartingPoint.After(page.Next);
        }

        return shard.ShardId;
    }

    private async Task<StreamAnswer> DescribeAsync(CancellationToken cancel) =>
        (await session.Client.GetAsync(Paths.Stream(session.Region, stream), cancel)).Read(ContractJson.Default.StreamAnswer);

    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        var isOut = false;
        while (true)
        {
            try
            {
                var answer = await ask(cancel);
                if (isOut && Interlocked.Decrement(ref _outages) == 0) session.Screen.Notice("pbm stream tail: goes on.");
                return answer;
            }
            catch (PbmException e) when (e.ExitCode is ExitCodes.Unreachable or ExitCodes.Partial)
            {
                // One word for all shards that miss the endpoint.
                if (!isOut && Interlocked.Increment(ref _outages) == 1) session.Screen.Notice($"pbm stream tail: waits: {e.Message.Split('\n')[0]}");
                isOut = true;
                await Task.Delay(s_pause, session.Clock, cancel);
            }
        }
    }
}
