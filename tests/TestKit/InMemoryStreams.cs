using System.Collections.Immutable;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.TestKit;

/// <summary>
/// Streams in memory, without actors or store, for specs of what stands before them: the same answers, at once. Records go through the
/// real batch format and the real numbers. Faults are asked for by the next call or for a shard. Safe from any thread.
/// </summary>
public sealed class InMemoryStreams(TimeProvider time, int shardQuota = 10_000) : IStreams
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Region, string Name), Entry> _streams = new(Comparer<(string Region, string Name)>.Create(
        (a, b) => (string.CompareOrdinal(a.Region, b.Region), string.CompareOrdinal(a.Name, b.Name)) switch { (0, var n) => n, (var r, _) => r }));
    private readonly Dictionary<ShardKey, InMemoryShard> _shards = [];
    private readonly Dictionary<ShardKey, (AppendReply Reply, int Times)> _appendFaults = [];
    private readonly Dictionary<StreamId, StreamMap> _staleMaps = [];
    private readonly HashSet<ShardKey> _lostAnswers = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastIncarnation;
    private bool _isUnavailable;
    private int _waitingReads;
    private TaskCompletionSource? _stall;

    /// <summary>New streams stay in this state; ACTIVE unless a spec wants another.</summary>
    public StreamStatus StatusOfNewStreams { get; set; } = StreamStatus.Active;

    /// <summary>While true every question is answered with Unavailable.</summary>
    public bool IsUnavailable
    {
        get
        {
            lock (_lock) return _isUnavailable;
        }

        set
        {
            lock (_lock)
            {
                _isUnavailable = value;
                Changed();
            }
        }
    }

    /// <summary>While true no shard tells what it stored of a call.</summary>
    public bool RefuseFinds { get; set; }

    /// <summary>Reads that wait for records now.</summary>
    public int WaitingReads => Volatile.Read(ref _waitingReads);

    /// <summary>Appends that arrived, refused ones too.</summary>
    public int AppendCalls { get; private set; }

    /// <summary>So many of the next appends to the shard are answered so, or all until <see cref="HealAppends"/>.</summary>
    public void FailAppends(ShardKey shard, AppendReply reply, int times = int.MaxValue)
    {
        lock (_lock) _appendFaults[shard] = (reply, times);
    }

    /// <summary>The next append to the shard is stored, and answered as one of unknown outcome.</summary>
    public void LoseAnswer(ShardKey shard)
    {
        lock (_lock) _lostAnswers.Add(shard);
    }

    /// <summary>Appends wait from now on, as on a store that hangs, until <see cref="ResumeAppends"/>.</summary>
    public void StallAppends()
    {
        lock (_lock) _stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void ResumeAppends()
    {
        lock (_lock)
        {
            _stall?.SetResult();
            _stall = null;
        }
    }

    /// <summary>What waits for <see cref="ResumeAppends"/>.</summary>
    public (int Appends, long Bytes) Stalled { get; private set; }

    public void HealAppends()
    {
        lock (_lock) _appendFaults.Clear();
    }

    /// <summary>The map is answered until one of its shards turns out to be gone, as by a node that has not heard of a deletion.</summary>
    public void KeepMap(StreamId stream)
    {
        lock (_lock) _staleMaps[stream] = new StreamMap(Description(_streams[(stream.Region, stream.Name)]));
    }

    /// <summary>Gives up rows up to and including this one.</summary>
    public void Trim(ShardKey shard, long toRow)
    {
        lock (_lock) _shards[shard].TrimmedToRow = toRow;
    }

    /// <summary>Closes a shard and opens two children that halve its range.</summary>
    public void Split(StreamId stream, int shard)
    {
        lock (_lock)
        {
            var entry = _streams[(stream.Region, stream.Name)];
            var range = entry.State.Slot(shard)!.Range;
            var change = new StreamChange.Split(shard, range.Starting + ((range.Ending - range.Starting) / 2) + 1);
            if (entry.State.Decide(change, isCompat: false, NowMs) is not { Event: { } e })
                throw new InvalidOperationException($"Shard {shard} of {stream} cannot be split.");
            Carry(entry, e);
        }
    }

    /// <summary>Merges two neighbours.</summary>
    public void Merge(StreamId stream, int shard, int adjacent)
    {
        lock (_lock)
        {
            var entry = _streams[(stream.Region, stream.Name)];
            if (entry.State.Decide(new StreamChange.Merge(shard, adjacent), isCompat: false, NowMs) is not { Event: { } e })
                throw new InvalidOperationException($"Shards {shard} and {adjacent} of {stream} cannot be merged.");
            Carry(entry, e);
        }
    }

    /// <summary>The description of a stream that must be there.</summary>
    public StreamDescription Describe(StreamId stream)
    {
        lock (_lock) return Description(_streams[(stream.Region, stream.Name)]);
    }

    public Task<CreateStreamResult> CreateStreamAsync(StreamId stream, int shards, StreamConfiguration configuration, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<CreateStreamResult>(new CreateStreamResult.Unavailable("asked for by the spec"));
            if (_streams.ContainsKey((stream.Region, stream.Name)))
                return Task.FromResult<CreateStreamResult>(new CreateStreamResult.AlreadyExists());
            var current = OpenShards(stream.Region);
            if (current + (long)shards > shardQuota)
                return Task.FromResult<CreateStreamResult>(new CreateStreamResult.ShardQuotaExceeded(current, shardQuota, shards));
            _lastIncarnation = Math.Max(_lastIncarnation + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            var incarnation = new Incarnation(_lastIncarnation);
            var key = new StreamKey(stream.Region, incarnation);
            var created = StreamState.Unborn.Decide(new StreamProtocol.Create(key, stream.Name, shards, configuration, NowMs))!;
            var state = StreamState.Unborn.Apply(created).Apply(StreamEvents.Activated.Instance);
            foreach (var slot in state.Shards) Open(key, slot);
            _streams[(stream.Region, stream.Name)] = new Entry(key, state, StatusOfNewStreams);
            return Task.FromResult<CreateStreamResult>(new CreateStreamResult.Created(incarnation));
        }
    }

    public Task<DeleteStreamResult> DeleteStreamAsync(StreamId stream, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<DeleteStreamResult>(new DeleteStreamResult.Unavailable("asked for by the spec"));
            if (!_streams.Remove((stream.Region, stream.Name), out var entry))
                return Task.FromResult<DeleteStreamResult>(new DeleteStreamResult.NotFound());
            foreach (var shard in entry.Shards) _shards.Remove(shard.Key);
            Changed();
            return Task.FromResult<DeleteStreamResult>(new DeleteStreamResult.Deleting());
        }
    }

    public Task<UpdateStreamResult> UpdateStreamAsync(StreamId stream, StreamChange change, bool isCompat, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.Unavailable("asked for by the spec"));
            if (!_streams.TryGetValue((stream.Region, stream.Name), out var entry))
                return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.NotFound());
            var before = Description(entry);
            if (before.Status != StreamStatus.Active)
                return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.Refused(ChangeRefusal.NotActive, before, 0, 0, 0));
            var (e, refusal) = entry.State.Decide(change, isCompat, NowMs);
            if (refusal is { } reason) return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.Refused(reason, before, 0, 0, 0));
            if (e is StreamEvents.ReshardStarted reshard)
            {
                var (current, more) = (OpenShards(stream.Region), reshard.Startings.Length + 1 - entry.State.Open.Count());
                if (current + more > shardQuota)
                    return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.Refused(ChangeRefusal.ShardQuota, before, current, shardQuota, more));
            }
            if (e is not null) Carry(entry, e);
            return Task.FromResult<UpdateStreamResult>(new UpdateStreamResult.Updated(before, Description(_streams[(stream.Region, stream.Name)])));
        }
    }

    public Task<DescribeRegionResult> DescribeRegionAsync(string region, CancellationToken cancel)
    {
        lock (_lock)
        {
            return Task.FromResult<DescribeRegionResult>(_isUnavailable
                ? new DescribeRegionResult.Unavailable("asked for by the spec")
                : new DescribeRegionResult.Found(
                    OpenShards(region), shardQuota,
                    _streams.Values.Count(e => e.Key.Region == region && e.State.Configuration.Mode == StreamMode.OnDemand)));
        }
    }

    public Task<DescribeStreamResult> DescribeStreamAsync(StreamId stream, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<DescribeStreamResult>(new DescribeStreamResult.Unavailable("asked for by the spec"));
            return Task.FromResult<DescribeStreamResult>(_streams.TryGetValue((stream.Region, stream.Name), out var entry)
                ? new DescribeStreamResult.Found(Description(entry))
                : new DescribeStreamResult.NotFound());
        }
    }

    public Task<ListStreamsResult> ListStreamsAsync(string region, string? exclusiveStart, int limit, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<ListStreamsResult>(new ListStreamsResult.Unavailable("asked for by the spec"));
            var all = _streams.Values
                .Where(e => e.Key.Region == region && (exclusiveStart is null || string.CompareOrdinal(e.State.Name, exclusiveStart) > 0))
                .Take(limit + 1)
                .Select(e => new StreamSummary(
                    e.State.Name, e.Key.Incarnation, e.Status, e.State.Configuration.Mode, DateTimeOffset.FromUnixTimeMilliseconds(e.State.CreatedAtMs),
                    e.State.Open.Count()))
                .ToList();
            return Task.FromResult<ListStreamsResult>(new ListStreamsResult.Page([.. all.Take(limit)], all.Count > limit));
        }
    }

    public ValueTask<MapResult> MapAsync(StreamId stream, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return ValueTask.FromResult<MapResult>(new MapResult.Unavailable("asked for by the spec"));
            if (_staleMaps.TryGetValue(stream, out var stale)) return ValueTask.FromResult<MapResult>(new MapResult.Found(stale));
            if (!_streams.TryGetValue((stream.Region, stream.Name), out var entry)) return ValueTask.FromResult<MapResult>(new MapResult.NotFound());
            return ValueTask.FromResult<MapResult>(entry.Status is StreamStatus.Active or StreamStatus.Updating
                ? new MapResult.Found(new StreamMap(Description(entry)))
                : new MapResult.NotActive(entry.Status));
        }
    }

    public async Task<AppendReply> AppendAsync(
        StreamId stream, ShardKey shard, RecordBlock block, ProducerAppend? producer, CallToken? call, CancellationToken cancel)
    {
        Task? stall;
        lock (_lock)
        {
            stall = _stall?.Task;
            if (stall is not null) Stalled = (Stalled.Appends + 1, Stalled.Bytes + block.Bytes.Length);
        }
        if (stall is not null)
        {
            await stall;
            lock (_lock) Stalled = (Stalled.Appends - 1, Stalled.Bytes - block.Bytes.Length);
        }
        return Append(shard, block, producer, call);
    }

    private AppendReply Append(ShardKey shard, RecordBlock block, ProducerAppend? producer, CallToken? call)
    {
        lock (_lock)
        {
            AppendCalls++;
            if (_appendFaults.TryGetValue(shard, out var fault) && fault.Times > 0)
            {
                _appendFaults[shard] = fault with { Times = fault.Times - 1 };
                return fault.Reply;
            }
            ForgetIfGone(shard);
            Changed();
            var configuration = _streams.Values.FirstOrDefault(e => e.Key == shard.Stream)?.State.Configuration;
            if (_shards.TryGetValue(shard, out var found))
                found.KeyName = configuration?.EncryptionKey is { } keyId ? EncryptionKeys.NameOf(keyId) : null;
            var reply = found is not null
                ? found.Append(block, producer, call)
                : new AppendReply.Refused(AppendError.Ended, $"{shard} is not there.");
            if (!_lostAnswers.Remove(shard)) return reply;
            return new AppendReply.Refused(AppendError.OutcomeUnknown, "asked for by the spec");
        }
    }

    public Task<FindCallsReply> FindCallsAsync(ShardKey shard, UInt128 id, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable || RefuseFinds) return Task.FromResult<FindCallsReply>(new FindCallsReply.Refused(AppendError.NotReady, "asked for by the spec"));
            return Task.FromResult(_shards.TryGetValue(shard, out var found)
                ? found.Find(id)
                : new FindCallsReply.Refused(AppendError.Ended, $"{shard} is not there."));
        }
    }

    public Task<AttachReply> AttachAsync(ShardKey shard, string producer, long epoch, CancellationToken cancel)
    {
        lock (_lock)
        {
            return Task.FromResult(_shards.TryGetValue(shard, out var found)
                ? found.Attach(producer, epoch)
                : new AttachReply.Refused(AppendError.Ended, $"{shard} is not there."));
        }
    }

    public Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, CancellationToken cancel) =>
        ReadOrWaitAsync(new Read(shard, from, recordsMax, bytesMax, wait), cancel);

    public Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, FanOutSubscription subscription, CancellationToken cancel) =>
        ReadOrWaitAsync(new Read(shard, from, recordsMax, bytesMax, wait, subscription), cancel);

    public Task<SubscribeResult> SubscribeAsync(ShardKey shard, FanOutSubscription subscription, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<SubscribeResult>(new SubscribeResult.Unavailable("asked for by the spec"));
            Changed();
            ForgetIfGone(shard);
            if (!_shards.TryGetValue(shard, out var found)) return Task.FromResult<SubscribeResult>(new SubscribeResult.Gone($"{shard} is not there."));
            return Task.FromResult<SubscribeResult>(found.Subscriptions.Subscribe(subscription) is SubscribeReply.Accepted
                ? new SubscribeResult.Accepted()
                : new SubscribeResult.InUse());
        }
    }

    private async Task<ReadResult> ReadOrWaitAsync(Read read, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            Task changed;
            var remaining = read.Wait - time.GetElapsedTime(since);
            lock (_lock)
            {
                var result = ReadNow(read);
                if (result is not ReadResult.Records { Slices.IsEmpty: true, Next: not null } || remaining <= TimeSpan.Zero) return result;
                changed = _changed.Task;
            }
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var timeout = Task.Delay(remaining, time, waited.Token);
            Interlocked.Increment(ref _waitingReads);
            await Task.WhenAny(changed, timeout);
            Interlocked.Decrement(ref _waitingReads);
            await waited.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }
    }

    private ReadResult ReadNow(Read read)
    {
        if (_isUnavailable) return new ReadResult.Unavailable("asked for by the spec");
        if (!_shards.TryGetValue(read.Shard, out var found)) return new ReadResult.Gone($"{read.Shard} is not there.");
        if (read.Subscription is { } subscription && !found.Subscriptions.IsCurrent(subscription)) return new ReadResult.Superseded();
        return found.Read(read.From, read.RecordsMax, read.BytesMax);
    }

    /// <summary>Whoever waits looks again, when this call is over.</summary>
    private void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    public Task<bool> TrimAsync(ShardKey shard, DateTimeOffset before, CancellationToken cancel) =>
        throw new NotSupportedException("Nothing of the gateway trims.");

    public Task<BoundsResult> BoundsAsync(ShardKey shard, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<BoundsResult>(new BoundsResult.Unavailable("asked for by the spec"));
            ForgetIfGone(shard);
            return Task.FromResult<BoundsResult>(_shards.TryGetValue(shard, out var found)
                ? new BoundsResult.Found(found.Bounds)
                : new BoundsResult.Gone($"{shard} is not there."));
        }
    }

    public Task<PositionResult> PositionAtAsync(ShardKey shard, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isUnavailable) return Task.FromResult<PositionResult>(new PositionResult.Unavailable("asked for by the spec"));
            return Task.FromResult<PositionResult>(_shards.TryGetValue(shard, out var found)
                ? new PositionResult.Found(found.PositionAt(at.ToUnixTimeMilliseconds()))
                : new PositionResult.Gone($"{shard} is not there."));
        }
    }

    private void ForgetIfGone(ShardKey shard)
    {
        if (_shards.ContainsKey(shard)) return;
        foreach (var (stream, _) in _staleMaps.Where(m => m.Value.Description.Key == shard.Stream).ToList()) _staleMaps.Remove(stream);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private int OpenShards(string region) => _streams.Values.Where(e => e.Key.Region == region).Sum(e => e.State.Open.Count());

    private static StreamDescription Description(Entry entry)
    {
        var stream = entry.State.Describe(entry.Key)!;
        return entry.Status == StreamStatus.Active ? stream : stream with { Status = entry.Status };
    }

    private void Open(StreamKey stream, ShardSlot slot) => _shards[new ShardKey(stream.Region, stream.Incarnation, slot.Number)] =
        new InMemoryShard(new ShardKey(stream.Region, stream.Incarnation, slot.Number), slot.Range, slot.Generation, time);

    /// <summary>What the stream's actor does over some messages, at once.</summary>
    private void Carry(Entry entry, StreamEvents.IStreamEvent e)
    {
        var state = entry.State.Apply(e);
        if (state.IsChangingEncryption) state = state.Apply(StreamEvents.EncryptionFinished.Instance);
        while (state.NextOfReshard() is { } next)
        {
            state = state.Apply(next);
            foreach (var step in state.Resharding?.Steps ?? [])
            {
                var rows = step.Parents.ToDictionary(
                    p => p, p => _shards[new ShardKey(entry.Key.Region, entry.Key.Incarnation, p)].Close([.. step.Children.Select(c => c.Number)]));
                foreach (var child in step.Children)
                {
                    Open(entry.Key, child);
                    foreach (var parent in step.Parents)
                    {
                        _shards[new ShardKey(entry.Key.Region, entry.Key.Incarnation, child.Number)]
                            .Inherit(_shards[new ShardKey(entry.Key.Region, entry.Key.Incarnation, parent)]);
                    }
                }
                state = state.Apply(state.Replace(step, rows, NowMs));
            }
        }
        _streams[(entry.Key.Region, state.Name)] = entry with { State = state };
        Changed();
    }

    private sealed record Entry(StreamKey Key, StreamState State, StreamStatus Status)
    {
        public IEnumerable<ShardDescription> Shards => State.Describe(Key)!.Shards;
    }
}
