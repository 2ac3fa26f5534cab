using System.Data.Common;
using System.Diagnostics;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Client;

/// <summary><see cref="IStreams"/> over cluster sharding: finds catalogue, stream and shard wherever they live.</summary>
public sealed class StreamsClient : IStreams, IShardInspection
{
    private const string Stopping = "The node is stopping.";
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(200);
    private readonly ActorSystem _system;
    private static readonly TimeSpan s_inspectAgain = TimeSpan.FromMilliseconds(50);
    private readonly StreamMaps _maps;
    private readonly TakenRecords _taken = new();
    private readonly IActorRef _catalogues;
    private readonly IActorRef _streams;
    private readonly IActorRef _shards;
    private readonly ShardReader _reader;
    private readonly IJournalReader _journal;
    private readonly ShardOptions _options;
    private readonly TimeProvider _time;
    private volatile bool _closed;

    public StreamsClient(ActorSystem system, ShardReader reader, IJournalReader journal, ShardOptions options, TimeProvider time)
    {
        _system = system;
        _catalogues = Regions.Of(system, Regions.Catalogues);
        _streams = Regions.Of(system, Regions.Streams);
        _shards = Regions.Of(system, Regions.Shards);
        _reader = reader;
        _journal = journal;
        _options = options;
        _time = time;
        _maps = new StreamMaps(time);
    }

    /// <summary>
    /// Refuses every call from now on, as a node does that is stopping: regions buffer what comes for a shard that has left them, its
    /// senders wait, and the region waits for its buffer.
    /// </summary>
    public void Close() => _closed = true;

    public async Task<CreateStreamResult> CreateStreamAsync(StreamId stream, int shards, StreamConfiguration configuration, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        var reply = await AskAsync<CatalogueProtocol.CreateReply>(
            _catalogues, new CatalogueProtocol.Create(stream.Region, stream.Name, shards, configuration),
            detail => new CatalogueProtocol.CreateReply.Unavailable(detail), cancel).ConfigureAwait(false);
        return reply switch
        {
            CatalogueProtocol.CreateReply.Created c => new CreateStreamResult.Created(c.Incarnation),
            CatalogueProtocol.CreateReply.AlreadyExists => new CreateStreamResult.AlreadyExists(),
            CatalogueProtocol.CreateReply.QuotaExceeded q => new CreateStreamResult.ShardQuotaExceeded(q.Current, q.Limit, q.Requested),
            var other => new CreateStreamResult.Unavailable(((CatalogueProtocol.CreateReply.Unavailable)other).Detail),
        };
    }

    public async Task<DeleteStreamResult> DeleteStreamAsync(StreamId stream, CancellationToken cancel)
    {
        CatalogueProtocol.DeleteReply reply;
        try
        {
            reply = await AskAsync<CatalogueProtocol.DeleteReply>(
                _catalogues, new CatalogueProtocol.Delete(stream.Region, stream.Name),
                detail => new CatalogueProtocol.DeleteReply.Unavailable(detail), cancel).ConfigureAwait(false);
        }
        finally
        {
            // A deletion nobody waits for any more may have been decided too.
            _maps.Forget(stream);
        }
        return reply switch
        {
            CatalogueProtocol.DeleteReply.Deleting => new DeleteStreamResult.Deleting(),
            CatalogueProtocol.DeleteReply.NotFound => new DeleteStreamResult.NotFound(),
            CatalogueProtocol.DeleteReply.InUse u => new DeleteStreamResult.InUse(u.Status),
            var other => new DeleteStreamResult.Unavailable(((CatalogueProtocol.DeleteReply.Unavailable)other).Detail),
        };
    }

    public async Task<UpdateStreamResult> UpdateStreamAsync(StreamId stream, StreamChange change, bool isCompat, CancellationToken cancel)
    {
        var lookup = await LookupAsync(stream, cancel).ConfigureAwait(false);
        if (lookup is CatalogueProtocol.LookupReply.NotFound) return new UpdateStreamResult.NotFound();
        if (lookup is not CatalogueProtocol.LookupReply.Found { Entry: var entry })
            return new UpdateStreamResult.Unavailable(((CatalogueProtocol.LookupReply.Unavailable)lookup).Detail);
        StreamProtocol.UpdateReply reply;
        try
        {
            reply = await AskAsync<StreamProtocol.UpdateReply>(
                _streams, new StreamProtocol.Update(new StreamKey(stream.Region, entry.Incarnation), change, isCompat),
                detail => new StreamProtocol.UpdateReply.Unavailable(detail), cancel).ConfigureAwait(false);
        }
        finally
        {
            // A change nobody waits for any more may have been made too.
            _maps.Forget(stream);
        }
        return reply switch
        {
            StreamProtocol.UpdateReply.Updated u => new UpdateStreamResult.Updated(u.Before, u.After),
            StreamProtocol.UpdateReply.Refused r => new UpdateStreamResult.Refused(
                r.Reason, entry.Status == StreamStatus.Deleting ? r.Stream with { Status = StreamStatus.Deleting } : r.Stream,
                r.Current, r.Limit, r.Requested),
            // The catalogue knows of it before its own actor does, and after.
            StreamProtocol.UpdateReply.NotFound => new UpdateStreamResult.Refused(ChangeRefusal.NotActive, Unseen(stream, entry), 0, 0, 0),
            var other => new UpdateStreamResult.Unavailable(((StreamProtocol.UpdateReply.Unavailable)other).Detail),
        };
    }

    public async Task<DescribeRegionResult> DescribeRegionAsync(string region, CancellationToken cancel)
    {
        var reply = await AskAsync<CatalogueProtocol.RegionReply>(
            _catalogues, new CatalogueProtocol.DescribeRegion(region),
            detail => new CatalogueProtocol.RegionReply.Unavailable(detail), cancel).ConfigureAwait(false);
        return reply is CatalogueProtocol.RegionReply.Found f
            ? new DescribeRegionResult.Found(f.OpenShards, f.ShardLimit, f.OnDemandStreams)
            : new DescribeRegionResult.Unavailable(((CatalogueProtocol.RegionReply.Unavailable)reply).Detail);
    }

    private static StreamDescription Unseen(StreamId stream, CatalogueProtocol.Entry entry) => new(
        stream, entry.Incarnation, entry.Status, DateTimeOffset.FromUnixTimeMilliseconds(entry.CreatedAtMs),
        entry.Configuration ?? StreamConfiguration.Plain(entry.Mode), [], []);

    private Task<CatalogueProtocol.LookupReply> LookupAsync(StreamId stream, CancellationToken cancel) => AskAsync<CatalogueProtocol.LookupReply>(
        _catalogues, new CatalogueProtocol.Lookup(stream.Region, stream.Name),
        detail => new CatalogueProtocol.LookupReply.Unavailable(detail), cancel);

    public async Task<DescribeStreamResult> DescribeStreamAsync(StreamId stream, CancellationToken cancel)
    {
        var lookup = await LookupAsync(stream, cancel).ConfigureAwait(false);
        if (lookup is CatalogueProtocol.LookupReply.NotFound) return new DescribeStreamResult.NotFound();
        if (lookup is not CatalogueProtocol.LookupReply.Found { Entry: var entry })
            return new DescribeStreamResult.Unavailable(((CatalogueProtocol.LookupReply.Unavailable)lookup).Detail);
        var describe = await AskAsync<StreamProtocol.DescribeReply>(
            _streams, new StreamProtocol.Describe(new StreamKey(stream.Region, entry.Incarnation)),
            detail => new StreamProtocol.DescribeReply.Unavailable(detail), cancel).ConfigureAwait(false);
        return describe switch
        {
            // A deletion is decided by the catalogue before the stream hears of it.
            StreamProtocol.DescribeReply.Found f when entry.Status == StreamStatus.Deleting =>
                new DescribeStreamResult.Found(f.Stream with { Status = StreamStatus.Deleting }),
            StreamProtocol.DescribeReply.Found f => new DescribeStreamResult.Found(f.Stream),
            StreamProtocol.DescribeReply.NotFound => new DescribeStreamResult.Found(Unseen(stream, entry)),
            var other => new DescribeStreamResult.Unavailable(((StreamProtocol.DescribeReply.Unavailable)other).Detail),
        };
    }

    public async Task<ListStreamsResult> ListStreamsAsync(string region, string? exclusiveStart, int limit, CancellationToken cancel)
    {
        var reply = await AskAsync<CatalogueProtocol.ListReply>(
            _catalogues, new CatalogueProtocol.List(region, exclusiveStart, limit),
            detail => new CatalogueProtocol.ListReply.Unavailable(detail), cancel).ConfigureAwait(false);
        return reply is CatalogueProtocol.ListReply.Page page
            ? new ListStreamsResult.Page(
                [.. page.Entries.Select(e => new StreamSummary(
                    e.Name, e.Incarnation, e.Status, e.Mode, DateTimeOffset.FromUnixTimeMilliseconds(e.CreatedAtMs), e.Shards))],
                page.HasMore)
            : new ListStreamsResult.Unavailable(((CatalogueProtocol.ListReply.Unavailable)reply).Detail);
    }

    public ValueTask<MapResult> MapAsync(StreamId stream, CancellationToken cancel)
    {
        if (!_maps.TryGet(stream, out var map, out var age)) return new ValueTask<MapResult>(AskMapAsync(stream, cancel));
        // Policies, record sizes and the like are changed by way of another node too, and no shard says so.
        if (age == MapAge.Old) _ = RefreshAsync(stream);
        if (age == MapAge.Idle) return new ValueTask<MapResult>(AskAnewAsync(stream, map, cancel));
        return new ValueTask<MapResult>(new MapResult.Found(map));
    }

    /// <summary>The map of today. While the stream is out of reach its shards may be there all the same, and the former map leads to them.</summary>
    private async Task<MapResult> AskAnewAsync(StreamId stream, StreamMap former, CancellationToken cancel)
    {
        var today = await AskMapAsync(stream, cancel).ConfigureAwait(false);
        if (today is MapResult.NotFound or MapResult.NotActive) _maps.Forget(stream);
        return today is MapResult.Unavailable ? new MapResult.Found(former) : today;
    }

    /// <summary>Nobody waits for it, and one that fails is made up for by the next.</summary>
    private async Task RefreshAsync(StreamId stream)
    {
        try
        {
            if (await AskMapAsync(stream, CancellationToken.None).ConfigureAwait(false) is MapResult.NotFound or MapResult.NotActive) _maps.Forget(stream);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException or ObjectDisposedException)
        {
            // The node stops.
        }
    }

    private async Task<MapResult> AskMapAsync(StreamId stream, CancellationToken cancel)
    {
        using var question = _maps.Ask(stream);
        var description = await DescribeStreamAsync(stream, cancel).ConfigureAwait(false);
        switch (description)
        {
            case DescribeStreamResult.Found { Stream: { Status: StreamStatus.Active or StreamStatus.Updating } active }:
                var map = new StreamMap(active);
                question.Answered(map);
                return new MapResult.Found(map);
            case DescribeStreamResult.Found { Stream.Status: var status }:
                return new MapResult.NotActive(status);
            case DescribeStreamResult.NotFound:
                return new MapResult.NotFound();
            default:
                return new MapResult.Unavailable(((DescribeStreamResult.Unavailable)description).Detail);
        }
    }

    public async Task<AppendReply> AppendAsync(
        StreamId stream, ShardKey shard, RecordBlock block, ProducerAppend? producer, CallToken? call, CancellationToken cancel)
    {
        using var trace = ShardTracing.Source.StartActivity("append");
        trace?.SetTag("stream", stream.ToString()).SetTag("shard", shard.ShardId).SetTag("records", block.Count);
        var append = new Append(shard, block, producer, call, trace?.Id);
        var sends = 0;
        var reply = await HoldAsync(
            () => SendAsync(sends++ == 0 ? append : Again(append), cancel),
            detail => new AppendReply.Refused(AppendError.NotReady, detail),
            r => r is AppendReply.Refused { Error: AppendError.NotReady }, cancel).ConfigureAwait(false);
        if (reply is AppendReply.Refused refused)
        {
            trace?.SetStatus(ActivityStatusCode.Error, refused.Error.ToString());
            Notice(shard, refused.Error);
        }
        return reply;
    }

    /// <summary>What is too large for one message between nodes is offered; a shard of this node takes it with the offer.</summary>
    private Task<AppendReply> SendAsync(Append append, CancellationToken cancel) => append.Block.Bytes.Length > TransferProtocol.MessageBytesMax
        ? LargeAppend.SendAsync(_system, _shards, append, _options.AnswerTimeout, cancel)
        : AskAsync<AppendReply>(_shards, append, detail => new AppendReply.Refused(AppendError.OutcomeUnknown, detail), cancel);

    /// <summary>While it was held, the client may have given up and its next try may be stored.</summary>
    private static Append Again(Append append) =>
        append.Call is { MayBeRepeat: false } call ? append with { Call = call with { MayBeRepeat = true } } : append;

    public async Task<FindCallsReply> FindCallsAsync(ShardKey shard, UInt128 id, CancellationToken cancel)
    {
        var find = new FindCalls(shard, id);
        var reply = await HoldAsync(
            () => AskAsync<FindCallsReply>(_shards, find, detail => new FindCallsReply.Refused(AppendError.OutcomeUnknown, detail), cancel),
            detail => new FindCallsReply.Refused(AppendError.NotReady, detail),
            r => r is FindCallsReply.Refused { Error: AppendError.NotReady }, cancel).ConfigureAwait(false);
        if (reply is FindCallsReply.Refused refused) Notice(shard, refused.Error);
        return reply;
    }

    public async Task<AttachReply> AttachAsync(ShardKey shard, string producer, long epoch, CancellationToken cancel)
    {
        var attach = new Attach(shard, producer, epoch);
        var reply = await HoldAsync(
            () => AskAsync<AttachReply>(_shards, attach, detail => new AttachReply.Refused(AppendError.OutcomeUnknown, detail), cancel),
            detail => new AttachReply.Refused(AppendError.NotReady, detail),
            r => r is AttachReply.Refused { Error: AppendError.NotReady }, cancel).ConfigureAwait(false);
        if (reply is AttachReply.Refused refused) Notice(shard, refused.Error);
        return reply;
    }

    public Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, CancellationToken cancel) =>
        ReadAsync(new Read(shard, from, recordsMax, bytesMax, wait), cancel);

    public Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, FanOutSubscription subscription, CancellationToken cancel) =>
        ReadAsync(new Read(shard, from, recordsMax, bytesMax, wait, subscription), cancel);

    private async Task<ReadResult> ReadAsync(Read read, CancellationToken cancel)
    {
        using var trace = ShardTracing.Source.StartActivity("read");
        trace?.SetTag("shard", read.Shard.ToString()).SetTag("row", read.From.Row);
        var (shard, from, recordsMax, bytesMax, _, _, _) = read;
        var reply = await AskReadAsync(read with { Taken = _taken.Report(shard) }, cancel).ConfigureAwait(false);
        return _taken.Note(shard, reply switch
        {
            ReadReply.FromTail tail => ShardReader.Take(from, recordsMax, bytesMax, tail.Batches, tail.Bounds),
            ReadReply.FromStore store => await NoticeTrimAsync(
                shard, from, await _reader.FromStoreAsync(shard, from, recordsMax, bytesMax, store.Bounds, cancel).ConfigureAwait(false), cancel)
                .ConfigureAwait(false),
            ReadReply.Refused { Error: AppendError.NotOpened or AppendError.Ended } gone => new ReadResult.Gone(gone.Detail),
            ReadReply.Refused { Error: AppendError.Superseded } => new ReadResult.Superseded(),
            var other => new ReadResult.Unavailable(((ReadReply.Refused)other).Detail),
        });
    }

    public async Task<SubscribeResult> SubscribeAsync(ShardKey shard, FanOutSubscription subscription, CancellationToken cancel)
    {
        var subscribe = new Subscribe(shard, subscription);
        var reply = await HoldAsync(
            () => AskAsync<SubscribeReply>(_shards, subscribe, detail => new SubscribeReply.Refused(AppendError.OutcomeUnknown, detail), cancel),
            detail => new SubscribeReply.Refused(AppendError.NotReady, detail),
            r => r is SubscribeReply.Refused { Error: AppendError.NotReady }, cancel).ConfigureAwait(false);
        if (reply is SubscribeReply.Refused refused) Notice(shard, refused.Error);
        return reply switch
        {
            SubscribeReply.Accepted => new SubscribeResult.Accepted(),
            SubscribeReply.InUse => new SubscribeResult.InUse(),
            SubscribeReply.Refused { Error: AppendError.NotOpened or AppendError.Ended } gone => new SubscribeResult.Gone(gone.Detail),
            var other => new SubscribeResult.Unavailable(((SubscribeReply.Refused)other).Detail),
        };
    }

    /// <summary>
    /// The bounds were asked for before the rows were read. Where the rows do not go on exactly at the position, they may have been
    /// trimmed in between, and the reader has to be told.
    /// </summary>
    private async Task<ReadResult> NoticeTrimAsync(ShardKey shard, ShardPosition from, ReadResult result, CancellationToken cancel)
    {
        if (result is not ReadResult.Records { Skipped: null } records || from.Row == 0
            || (records.Slices.Length > 0 && records.Slices[0].Batch.Row == from.Row))
            return result;
        var bounds = await BoundsAsync(shard, cancel).ConfigureAwait(false);
        return bounds is BoundsResult.Found { Bounds.TrimmedToRow: var trimmedTo } && trimmedTo >= from.Row
            ? records with { Skipped = new TrimGap(from, trimmedTo + 1) }
            : result;
    }

    public async Task<BoundsResult> BoundsAsync(ShardKey shard, CancellationToken cancel)
    {
        // A position beyond every tip: the answer carries the bounds and no records.
        var reply = await AskReadAsync(new Read(shard, new ShardPosition(long.MaxValue, 0), 1, 1, TimeSpan.Zero), cancel).ConfigureAwait(false);
        return reply switch
        {
            ReadReply.FromTail tail => new BoundsResult.Found(tail.Bounds),
            ReadReply.FromStore store => new BoundsResult.Found(store.Bounds),
            ReadReply.Refused { Error: AppendError.NotOpened or AppendError.Ended } gone => new BoundsResult.Gone(gone.Detail),
            var other => new BoundsResult.Unavailable(((ReadReply.Refused)other).Detail),
        };
    }

    public async Task<bool> TrimAsync(ShardKey shard, DateTimeOffset before, CancellationToken cancel) =>
        await AskAsync<TrimReply>(
            _shards, new Trim(shard, before.ToUnixTimeMilliseconds()), detail => new TrimReply.Refused(shard, detail), cancel).ConfigureAwait(false)
            is TrimReply.Trimmed;

    public async Task<InspectReply> InspectAsync(ShardKey shard, TimeSpan within, CancellationToken cancel)
    {
        var since = _time.GetTimestamp();
        while (true)
        {
            var left = within - _time.GetElapsedTime(since);
            if (_closed) return new InspectReply.Refused(AppendError.NotReady, Stopping);
            if (left <= TimeSpan.Zero) return NoAnswer();
            try
            {
                var reply = await _shards.Ask<InspectReply>(new Inspect(shard), left, cancel).ConfigureAwait(false);
                // One that was just woken, or moves, is there in a moment.
                if (reply is not InspectReply.Refused { Error: AppendError.NotReady } || left <= s_inspectAgain) return reply;
            }
            catch (AskTimeoutException)
            {
                return NoAnswer();
            }
            await Task.Delay(s_inspectAgain, _time, cancel).ConfigureAwait(false);
        }

        InspectReply.Refused NoAnswer() => new(
            AppendError.OutcomeUnknown, $"Its owner did not answer within {within.TotalSeconds:0.#} s; its node may be down, stopped or cut off.");
    }

    public async Task<PositionResult> PositionAtAsync(ShardKey shard, DateTimeOffset time, CancellationToken cancel)
    {
        var bounds = await BoundsAsync(shard, cancel).ConfigureAwait(false);
        if (bounds is BoundsResult.Gone gone) return new PositionResult.Gone(gone.Detail);
        if (bounds is not BoundsResult.Found { Bounds: var b }) return new PositionResult.Unavailable(((BoundsResult.Unavailable)bounds).Detail);
        var arrivalMs = time.ToUnixTimeMilliseconds();
        try
        {
            var row = await ArrivalSearch.FirstRowAtOrAfterAsync(
                _journal, shard.PersistenceId, b.TrimmedToRow + 1, b.TipRow, arrivalMs, cancel).ConfigureAwait(false);
            return row is { } found
                ? await _reader.FirstInRowAsync(shard, found, arrivalMs, cancel).ConfigureAwait(false)
                : new PositionResult.Found(b.AfterTip);
        }
        catch (Exception e) when (e is DbException or TimeoutException or DamagedBatchException)
        {
            return new PositionResult.Unavailable($"The store could not be searched: {e.Message}");
        }
    }

    private async Task<ReadReply> AskReadAsync(Read read, CancellationToken cancel)
    {
        var reply = await HoldAsync(
            () => AskAsync<ReadReply>(_shards, read, detail => new ReadReply.Refused(AppendError.OutcomeUnknown, detail), cancel, read.Wait),
            detail => new ReadReply.Refused(AppendError.NotReady, detail),
            r => r is ReadReply.Refused { Error: AppendError.NotReady }, cancel).ConfigureAwait(false);
        switch (reply)
        {
            case ReadReply.Refused refused:
                Notice(read.Shard, refused.Error);
                break;
            case ReadReply.FromTail { Bounds.IsClosed: true } or ReadReply.FromStore { Bounds.IsClosed: true }:
                _maps.ForgetWhereOpen(read.Shard);
                break;
        }
        return reply;
    }

    /// <summary>A map that led to a shard which is gone or closed leads nobody there again.</summary>
    private void Notice(ShardKey shard, AppendError error)
    {
        if (error is AppendError.Closed) _maps.ForgetWhereOpen(shard);
        else if (error is AppendError.NotOpened or AppendError.Ended) _maps.Forget(shard.Stream);
    }

    /// <summary>Sends again what was definitely not done, for some seconds: a shard that recovers or moves is away no longer.</summary>
    private async Task<T> HoldAsync<T>(Func<Task<T>> send, Func<string, T> refuse, Func<T, bool> notReady, CancellationToken cancel)
    {
        var since = _time.GetTimestamp();
        var pause = s_firstPause;
        while (true)
        {
            if (_closed) return refuse(Stopping);
            var reply = await send().ConfigureAwait(false);
            if (!notReady(reply) || _time.GetElapsedTime(since) > _options.HoldPuts) return reply;
            await Task.Delay(pause, _time, cancel).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    private async Task<T> AskAsync<T>(IActorRef to, object message, Func<string, T> unavailable, CancellationToken cancel, TimeSpan extra = default)
    {
        if (_closed) return unavailable(Stopping);
        try
        {
            return await to.Ask<T>(message, _options.AnswerTimeout + extra, cancel).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return unavailable($"No answer came within {(_options.AnswerTimeout + extra).TotalSeconds:0.#} s.");
        }
    }
}
