using System.Collections.Immutable;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Fakes;

public enum AppendFault
{
    None,
    NotReady,

    /// <summary>Outcome unknown, and nothing was stored.</summary>
    Lost,

    /// <summary>Outcome unknown, though it was stored.</summary>
    AnswerLost,

    /// <summary>The process dies before anything is stored: an exception.</summary>
    CrashBefore,

    /// <summary>The process dies when it is stored and before the answer.</summary>
    CrashAfter,
}

/// <summary>Where a spec lets the process die.</summary>
public sealed class CrashException() : Exception("as told");

/// <summary>
/// Streams in memory that decide with the real <see cref="ShardState"/> and <see cref="AppendDecision"/>, and that reshard, trim, damage
/// and fail on demand.
/// </summary>
public sealed class FakeStreams(TimeProvider time) : IStreams
{
    private sealed class Shard
    {
        public ShardState State = ShardState.Unborn;
        public readonly SortedDictionary<long, RecordBatch> Batches = [];
        public long DamagedRow;
        public TaskCompletionSource Changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Signal()
        {
            var changed = Changed;
            Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    private sealed class Stream
    {
        public required StreamId Id;
        public required Incarnation Incarnation;
        public required DateTimeOffset CreatedAt;
        public readonly List<Shard> Shards = [];
    }

    private readonly Lock _lock = new();
    private readonly Dictionary<StreamId, Stream> _streams = [];
    private long _incarnations = 1;

    /// <summary>Asked before each append.</summary>
    public Func<StreamId, AppendFault> OnAppend { get; set; } = _ => AppendFault.None;

    /// <summary>Asked before a stream's map is given; true answers that there is no such stream.</summary>
    public Func<StreamId, bool> IsMissing { get; set; } = _ => false;

    /// <summary>Asked before each read; true answers Unavailable.</summary>
    public Func<ShardKey, bool> OnRead { get; set; } = _ => false;

    /// <summary>Waited for before each description.</summary>
    public Func<StreamId, Task> OnDescribe { get; set; } = _ => Task.CompletedTask;

    public int Appends { get; private set; }

    /// <summary>How long the newest read is to wait for records.</summary>
    public TimeSpan ReadWait { get; private set; }

    public StreamDescription Create(string name, int shards = 1)
    {
        var id = Id(name);
        lock (_lock)
        {
            var stream = new Stream { Id = id, Incarnation = new Incarnation(++_incarnations), CreatedAt = time.GetUtcNow() };
            foreach (var range in HashKeyRange.Tile(shards)) Open(stream, range, 1, [], 0, []);
            _streams[id] = stream;
            return Describe(stream);
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            foreach (var shard in _streams[Id(name)].Shards)
            {
                shard.State = shard.State.Apply(ShardEvents.Ended.Instance, shard.State.LastRow + 1);
                shard.Signal();
            }
            _streams.Remove(Id(name));
        }
    }

    /// <summary>Splits a shard in half; returns the children's numbers.</summary>
    public (int Lower, int Upper) Split(string name, int number)
    {
        lock (_lock)
        {
            var stream = _streams[Id(name)];
            var parent = stream.Shards[number];
            var range = parent.State.Range;
            var (lower, upper) = range.SplitAt(range.Starting + ((range.Ending - range.Starting) / 2) + 1);
            var children = (stream.Shards.Count, stream.Shards.Count + 1);
            Close(parent, [children.Item1, children.Item2]);
            ImmutableArray<ProducerEntry> inherited = [.. parent.State.Producers.Values];
            foreach (var half in new[] { lower, upper })
                Open(stream, half, parent.State.Generation + 1, [number], parent.State.LastArrivalMs, inherited);
            return children;
        }
    }

    public int Merge(string name, int first, int second)
    {
        lock (_lock)
        {
            var stream = _streams[Id(name)];
            var (a, b) = (stream.Shards[first], stream.Shards[second]);
            var child = stream.Shards.Count;
            Close(a, [child]);
            Close(b, [child]);
            Open(stream, a.State.Range.Merge(b.State.Range), Math.Max(a.State.Generation, b.State.Generation) + 1, [first, second],
                Math.Max(a.State.LastArrivalMs, b.State.LastArrivalMs), [.. a.State.Producers.Values, .. b.State.Producers.Values]);
            return child;
        }
    }

    public void Put(string name, string key, string data, UInt128? explicitHashKey = null) => Put(name, [(key, data)], explicitHashKey);

    /// <summary>One batch per shard that the records fall into.</summary>
    public void Put(string name, IEnumerable<(string Key, string Data)> records, UInt128? explicitHashKey = null) =>
        Put(name, records.Select(r => (r.Key, Encoding.UTF8.GetBytes(r.Data))), explicitHashKey);

    public void Put(string name, IEnumerable<(string Key, byte[] Data)> records, UInt128? explicitHashKey = null)
    {
        lock (_lock)
        {
            var stream = _streams[Id(name)];
            var groups = records.GroupBy(r => stream.Shards.FindIndex(s =>
                s.State.Lifecycle == ShardLifecycle.Open && s.State.Range.Contains(explicitHashKey ?? HashKeys.Of(Encoding.UTF8.GetBytes(r.Key)))));
            foreach (var group in groups)
            {
                var builder = new RecordBlockBuilder();
                foreach (var (key, data) in group) builder.Add(Encoding.UTF8.GetBytes(key), explicitHashKey, data);
                var shard = stream.Shards[group.Key];
                Store(shard, new ShardProtocol.Append(KeyOf(stream, group.Key), builder.Build()));
            }
        }
    }

    /// <summary>Names of the producers that the shards of a stream remember.</summary>
    public IReadOnlyList<string> Producers(string name)
    {
        lock (_lock) return [.. _streams[Id(name)].Shards.SelectMany(s => s.State.Producers.Keys).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>All records of a stream, shard by shard in order of number, each in order.</summary>
    public IReadOnlyList<(string Key, string Data, SequenceNumber Number)> All(string name)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(Id(name), out var stream)) return [];
            var all = new List<(string, string, SequenceNumber)>();
            for (var i = 0; i < stream.Shards.Count; i++)
            {
                foreach (var batch in stream.Shards[i].Batches.Values)
                {
                    var record = batch.RecordsFrom(0);
                    while (record.MoveNext())
                    {
                        all.Add((Encoding.UTF8.GetString(record.Current.PartitionKey), Encoding.UTF8.GetString(record.Current.Data),
                            new SequenceNumber(stream.Incarnation, stream.Shards[i].State.Generation, i, batch.Row, record.Index)));
                    }
                }
            }
            return all;
        }
    }

    public void Trim(string name, int number, long row)
    {
        lock (_lock)
        {
            var shard = _streams[Id(name)].Shards[number];
            shard.State = shard.State.Apply(new ShardEvents.TrimmedTo(row), shard.State.LastRow + 1);
            foreach (var old in shard.Batches.Keys.Where(r => r <= row).ToList()) shard.Batches.Remove(old);
        }
    }

    public void Damage(string name, int number, long row)
    {
        lock (_lock) _streams[Id(name)].Shards[number].DamagedRow = row;
    }

    public static StreamId Id(string name) => new("us-east-1", name);

    public StreamDescription Description(string name)
    {
        lock (_lock) return Describe(_streams[Id(name)]);
    }

    public Task<CreateStreamResult> CreateStreamAsync(StreamId stream, int shards, StreamConfiguration configuration, CancellationToken cancel)
    {
        lock (_lock)
        {
            return Task.FromResult<CreateStreamResult>(_streams.ContainsKey(stream)
                ? new CreateStreamResult.AlreadyExists()
                : new CreateStreamResult.Created(Create(stream.Name, shards).Incarnation));
        }
    }

    public Task<DeleteStreamResult> DeleteStreamAsync(StreamId stream, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_streams.ContainsKey(stream)) return Task.FromResult<DeleteStreamResult>(new DeleteStreamResult.NotFound());
            Delete(stream.Name);
            return Task.FromResult<DeleteStreamResult>(new DeleteStreamResult.Deleting());
        }
    }

    public Task<UpdateStreamResult> UpdateStreamAsync(StreamId stream, StreamChange change, bool isCompat, CancellationToken cancel) =>
        throw new NotSupportedException("Specs of pipelines change streams by the methods of this fake.");

    public Task<DescribeRegionResult> DescribeRegionAsync(string region, CancellationToken cancel) =>
        throw new NotSupportedException("Pipelines do not ask for limits.");

    public async Task<DescribeStreamResult> DescribeStreamAsync(StreamId stream, CancellationToken cancel)
    {
        await OnDescribe(stream);
        lock (_lock)
        {
            return _streams.TryGetValue(stream, out var found) ? new DescribeStreamResult.Found(Describe(found)) : new DescribeStreamResult.NotFound();
        }
    }

    public Task<ListStreamsResult> ListStreamsAsync(string region, string? exclusiveStart, int limit, CancellationToken cancel) =>
        throw new NotSupportedException("Pipelines list no streams.");

    public ValueTask<MapResult> MapAsync(StreamId stream, CancellationToken cancel)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<MapResult>(!IsMissing(stream) && _streams.TryGetValue(stream, out var found)
                ? new MapResult.Found(new StreamMap(Describe(found)))
                : new MapResult.NotFound());
        }
    }

    public async Task<ShardProtocol.AppendReply> AppendAsync(
        StreamId stream, ShardKey key, RecordBlock block, ShardProtocol.ProducerAppend? producer, CallToken? call, CancellationToken cancel)
    {
        await Task.Yield();
        lock (_lock)
        {
            Appends++;
            var fault = OnAppend(stream);
            if (fault == AppendFault.CrashBefore) throw new CrashException();
            if (fault == AppendFault.NotReady) return new ShardProtocol.AppendReply.Refused(ShardProtocol.AppendError.NotReady, "as told");
            var unknown = new ShardProtocol.AppendReply.Refused(ShardProtocol.AppendError.OutcomeUnknown, "as told");
            if (fault == AppendFault.Lost) return unknown;
            if (Find(key) is not { } shard) return new ShardProtocol.AppendReply.Refused(ShardProtocol.AppendError.Ended, "The stream is gone.");
            var reply = Store(shard, new ShardProtocol.Append(key, block, producer));
            if (fault == AppendFault.CrashAfter) throw new CrashException();
            return fault == AppendFault.AnswerLost ? unknown : reply;
        }
    }

    public Task<ShardProtocol.FindCallsReply> FindCallsAsync(ShardKey shard, UInt128 id, CancellationToken cancel) =>
        throw new NotSupportedException("Pipelines make no calls.");

    public Task<ShardProtocol.AttachReply> AttachAsync(ShardKey key, string producer, long epoch, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Find(key) is not { } shard)
                return Task.FromResult<ShardProtocol.AttachReply>(new ShardProtocol.AttachReply.Refused(ShardProtocol.AppendError.Ended, "gone"));
            var (e, refusal) = shard.State.Decide(new ShardProtocol.Attach(key, producer, epoch));
            if (refusal is not null) return Task.FromResult(refusal);
            if (e is not null) shard.State = shard.State.Apply(e, shard.State.LastRow + 1);
            return Task.FromResult(shard.State.Attached(producer));
        }
    }

    public Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, FanOutSubscription subscription, CancellationToken cancel) =>
        throw new NotSupportedException("Pipelines are no fan-out consumers.");

    public Task<SubscribeResult> SubscribeAsync(ShardKey shard, FanOutSubscription subscription, CancellationToken cancel) =>
        throw new NotSupportedException("Pipelines are no fan-out consumers.");

    public async Task<ReadResult> ReadAsync(
        ShardKey key, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, CancellationToken cancel)
    {
        ReadWait = wait;
        await Task.Yield();
        var deadline = time.GetTimestamp();
        while (true)
        {
            Task changed;
            TimeSpan left;
            lock (_lock)
            {
                if (OnRead(key)) return new ReadResult.Unavailable("as told");
                if (Find(key) is not { State.Lifecycle: not ShardLifecycle.Ended } shard) return new ReadResult.Gone("The stream is gone.");
                var result = Read(shard, from, recordsMax);
                if (result is not ReadResult.Records { Slices.IsEmpty: true, Next: not null }) return result;
                // Once: a spec may move time at any moment.
                left = wait - time.GetElapsedTime(deadline);
                if (left <= TimeSpan.Zero) return result;
                changed = shard.Changed.Task;
            }
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(changed, Task.Delay(left, time, timer.Token));
            await timer.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }
    }

    public Task<bool> TrimAsync(ShardKey shard, DateTimeOffset before, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Find(shard) is not { } found) return Task.FromResult(false);
            var old = found.Batches.Where(b => b.Value.Header.LastArrivalMs < before.ToUnixTimeMilliseconds()).Select(b => b.Key).ToList();
            if (old.Count > 0) found.State = found.State.Apply(new ShardEvents.TrimmedTo(old[^1]), found.State.LastRow + 1);
            foreach (var row in old) found.Batches.Remove(row);
            return Task.FromResult(true);
        }
    }

    public Task<BoundsResult> BoundsAsync(ShardKey shard, CancellationToken cancel)
    {
        lock (_lock)
        {
            return Task.FromResult<BoundsResult>(Find(shard) is { } found
                ? new BoundsResult.Found(found.State.Bounds)
                : new BoundsResult.Gone("The stream is gone."));
        }
    }

    public Task<PositionResult> PositionAtAsync(ShardKey shard, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Find(shard) is not { } found) return Task.FromResult<PositionResult>(new PositionResult.Gone("The stream is gone."));
            foreach (var (row, batch) in found.Batches)
            {
                var record = batch.RecordsFrom(0);
                while (record.MoveNext())
                {
                    if (record.ArrivalMs >= at.ToUnixTimeMilliseconds())
                        return Task.FromResult<PositionResult>(new PositionResult.Found(new ShardPosition(row, record.Index)));
                }
            }
            return Task.FromResult<PositionResult>(new PositionResult.Found(found.State.Bounds.AfterTip));
        }
    }

    private static ReadResult Read(Shard shard, ShardPosition from, int recordsMax)
    {
        var bounds = shard.State.Bounds;
        TrimGap? gap = null;
        if (from.Row <= bounds.TrimmedToRow)
        {
            var first = bounds.TrimmedToRow + 1;
            if (from.Row > 0) gap = new TrimGap(from, first);
            from = new ShardPosition(first, 0);
        }
        var slices = ImmutableArray.CreateBuilder<BatchSlice>();
        var left = recordsMax;
        var lastArrivalMs = 0L;
        foreach (var (row, batch) in shard.Batches.Where(b => b.Key >= from.Row))
        {
            if (row == shard.DamagedRow) return slices.Count > 0 ? Answer() : new ReadResult.Damaged(row, "as told");
            var index = row == from.Row ? from.Index : 0;
            var count = Math.Min(left, batch.Count - index);
            if (count <= 0) continue;
            slices.Add(new BatchSlice(batch, index, count));
            from = new ShardPosition(row, index + count);
            lastArrivalMs = batch.Header.LastArrivalMs;
            left -= count;
            if (left == 0) break;
        }
        return Answer();

        ReadResult Answer()
        {
            var atTip = from.CompareTo(bounds.AfterTip) >= 0;
            return new ReadResult.Records(
                slices.ToImmutable(), atTip && bounds.IsClosed ? null : from,
                atTip ? 0 : Math.Max(1, bounds.TipArrivalMs - lastArrivalMs), gap, bounds);
        }
    }

    private ShardProtocol.AppendReply Store(Shard shard, ShardProtocol.Append append)
    {
        var decision = AppendDecision.Decide(shard.State, [append], time.GetUtcNow().ToUnixTimeMilliseconds());
        if (decision.Batch is { } batch)
        {
            shard.Batches.Add(batch.Row, batch);
            shard.State = shard.State.Apply(new ShardEvents.RecordsAppended(batch), batch.Row);
            shard.Signal();
        }
        return decision.Replies[0];
    }

    private static void Close(Shard shard, ImmutableArray<int> children)
    {
        shard.State = shard.State.Apply(new ShardEvents.Closed(children), shard.State.LastRow + 1);
        shard.Signal();
    }

    private static void Open(
        Stream stream, HashKeyRange range, int generation, ImmutableArray<int> parents, long floorMs, ImmutableArray<ProducerEntry> inherited)
    {
        var shard = new Shard();
        shard.State = shard.State.Apply(new ShardEvents.Opened(range, generation, parents, floorMs, inherited, "fake"), 1);
        stream.Shards.Add(shard);
    }

    private Shard? Find(ShardKey key) =>
        _streams.Values.FirstOrDefault(s => s.Incarnation == key.Incarnation) is { } stream && key.Shard < stream.Shards.Count
            ? stream.Shards[key.Shard]
            : null;

    private static ShardKey KeyOf(Stream stream, int number) => new(stream.Id.Region, stream.Incarnation, number);

    private static StreamDescription Describe(Stream stream) => new(
        stream.Id, stream.Incarnation, StreamStatus.Active, stream.CreatedAt, StreamConfiguration.Provisioned, [],
        [.. stream.Shards.Select((s, i) => new ShardDescription(
            KeyOf(stream, i), s.State.Range, s.State.Generation, s.State.Parents,
            SequenceNumber.Starting(KeyOf(stream, i), s.State.Generation),
            s.State.ClosedRow == 0 ? null : SequenceNumber.Ending(KeyOf(stream, i), s.State.Generation, s.State.ClosedRow)))]);
}
