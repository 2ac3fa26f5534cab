using System.Collections.Immutable;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// The calls that a shard remembers, and those it has to read first: after a recovery it knows what it replayed, and of the rows before
/// its snapshot nothing. Who asks for something that may have been stored there waits until they are read, once; others do not.
/// </summary>
internal sealed class ShardCalls(ShardKey key, ShardServices services, IActorRef self, IWithTimers owner, ILoggingAdapter log) : IDisposable
{
    /// <summary>Bytes of a row that are read for its calls at first; some rows need more.</summary>
    private const int HeadBytes = 4096;
    private const int RowsPage = 256;

    private readonly RecentCalls _known = new(services.Options.RetryWindow, services.Options.RetryCallsMax, services.Calls);
    private readonly List<(Append Append, IActorRef ReplyTo)> _appends = [];
    private readonly List<(FindCalls Find, IActorRef ReplyTo)> _finds = [];
    private readonly CancellationTokenSource _stopped = new();
    private long _bytes;
    private long _unreadFromRow;
    private long _unreadToRow;
    private long _unreadArrivalMs;
    private bool _reading;

    public RecentCalls Known => _known;

    /// <summary>Recovery begins behind these rows.</summary>
    public void SnapshotFound(ShardState state) =>
        (_unreadFromRow, _unreadToRow, _unreadArrivalMs) = (state.TrimmedToRow + 1, state.TipRow, state.LastArrivalMs);

    /// <summary>These are durable, and newer than all that are known.</summary>
    public void Stored(IReadOnlyList<CallBlock> calls)
    {
        if (calls.Count == 0) return;
        foreach (var call in calls) _known.Add(call);
        if (!owner.Timers.IsTimerActive(nameof(Expired)))
            owner.Timers.StartSingleTimer(nameof(Expired), Expired.Instance, services.Options.RetryWindow + TimeSpan.FromSeconds(1));
    }

    /// <summary>What is out of the window is forgotten, also where nothing comes any more.</summary>
    public void Expire()
    {
        _known.Expire(NowMs);
        if (_known.Count > 0) owner.Timers.StartSingleTimer(nameof(Expired), Expired.Instance, services.Options.RetryWindow / 4 + TimeSpan.FromSeconds(1));
    }

    /// <summary>True when the append waits here until the calls of before the recovery are read.</summary>
    /// <param name="isEarly">
    /// It came before the shard was owned: while this process stood still another owner may have stored the next try of the call and
    /// put it into the snapshot. Once owned, a process that stands still loses its next write.
    /// </param>
    public bool Holds(Append append, IActorRef replyTo, bool isEarly)
    {
        if (append.Call is not { } call || !(call.MayBeRepeat || isEarly) || IsWhole) return false;
        if (_bytes + append.Block.Bytes.Length > services.Options.QueueBytesMax && _appends.Count > 0)
        {
            replyTo.Tell(new AppendReply.Refused(AppendError.Overloaded, $"{_bytes} bytes of retries wait for the store; at most {services.Options.QueueBytesMax} may."));
            return true;
        }
        _bytes += append.Block.Bytes.Length;
        _appends.Add((append, replyTo));
        Read();
        return true;
    }

    public void Find(FindCalls find, IActorRef replyTo, ShardState state)
    {
        if (IsWhole)
        {
            replyTo.Tell(Answer(find, state));
            return;
        }
        _finds.Add((find, replyTo));
        Read();
    }

    /// <summary>The appends that waited, to be decided now.</summary>
    public IReadOnlyList<(Append Append, IActorRef ReplyTo)> Loaded(CallsRead read, ShardState state)
    {
        _reading = false;
        _unreadToRow = 0;
        _known.AddBefore(read.Calls);
        Expire();
        foreach (var (find, replyTo) in _finds) replyTo.Tell(Answer(find, state));
        _finds.Clear();
        var appends = _appends.ToArray();
        _appends.Clear();
        _bytes = 0;
        return appends;
    }

    /// <summary>Whether it was stored is not known, so it is not stored now. The next one that asks makes the shard read again.</summary>
    public void NotLoaded(Exception cause)
    {
        _reading = false;
        log.Warning("Shard {0}: the calls of before its recovery cannot be read: {1}", key, cause.Message);
        RefuseAll($"The store does not tell whether this was stored before: {cause.Message}");
    }

    public void RefuseAll(string detail)
    {
        foreach (var (append, replyTo) in _appends) replyTo.Tell(Refusals.Of(append, AppendError.NotReady, detail));
        foreach (var (find, replyTo) in _finds) replyTo.Tell(Refusals.Of(find, AppendError.NotReady, detail));
        _appends.Clear();
        _finds.Clear();
        _bytes = 0;
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
        _known.Clear();
    }

    private long NowMs => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool IsWhole => _unreadToRow < _unreadFromRow || _unreadArrivalMs < _known.WindowStartMs(NowMs);

    private FindCallsReply Answer(FindCalls find, ShardState state) => state.Lifecycle is ShardLifecycle.Open or ShardLifecycle.Closed
        ? new FindCallsReply.Found(state.Generation, state.Lifecycle == ShardLifecycle.Closed, _known.Find(find.Id))
        : new FindCallsReply.Refused(state.Refuse()!.Value.Error, state.Refuse()!.Value.Detail);

    private void Read()
    {
        if (_reading) return;
        _reading = true;
        ReadAsync(_unreadFromRow, _unreadToRow, _known.WindowStartMs(NowMs), _stopped.Token)
            .PipeTo(self, success: calls => new CallsRead(calls), failure: cause => new CallsNotRead(cause));
    }

    private async Task<IReadOnlyList<CallBlock>> ReadAsync(long fromRow, long toRow, long sinceMs, CancellationToken cancel)
    {
        var calls = new List<CallBlock>();
        var next = await ArrivalSearch.FirstRowAtOrAfterAsync(
            services.Journal, key.PersistenceId, fromRow, toRow, sinceMs, cancel).ConfigureAwait(false);
        while (next is { } row && row <= toRow)
        {
            var heads = await services.Journal.HeadersAsync(
                key.PersistenceId, Manifests.ShardEvents.RecordsAppended, row, toRow, HeadBytes, RowsPage, cancel).ConfigureAwait(false);
            foreach (var head in heads) calls.AddRange(await CallsOfAsync(head, cancel).ConfigureAwait(false));
            // More than are kept need not be held; those that are, are the newest.
            if (calls.Count > 2L * services.Options.RetryCallsMax) calls.RemoveRange(0, calls.Count - services.Options.RetryCallsMax);
            next = heads.Count < RowsPage ? null : heads[^1].Row + 1;
        }
        return calls;
    }

    private async ValueTask<ImmutableArray<CallBlock>> CallsOfAsync(JournalRowHeader head, CancellationToken cancel)
    {
        while (CallSection.HeadBytes(head.Head.Span) is var bytes && bytes > head.Head.Length)
        {
            var longer = await services.Journal.HeaderAtOrAfterAsync(
                key.PersistenceId, Manifests.ShardEvents.RecordsAppended, head.Row, head.Row, bytes, cancel).ConfigureAwait(false);
            // Deleted since: it was given up long ago.
            if (longer is not { } found) return [];
            if (found.Head.Length < bytes) throw new DamagedBatchException($"Row {head.Row} ends after {found.Head.Length} bytes, before its calls.");
            head = found;
        }
        return CallSection.DecodeHead(head.Head.Span);
    }

    internal sealed record CallsRead(IReadOnlyList<CallBlock> Calls) : INoSerializationVerificationNeeded;

    internal sealed record CallsNotRead(Exception Cause) : INoSerializationVerificationNeeded;

    internal sealed class Expired : INoSerializationVerificationNeeded
    {
        public static readonly Expired Instance = new();
    }
}
