using System.Collections.Immutable;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Limits;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ReadResult = ActorStreams.Shards.Client.ReadResult;

namespace ActorStreams.Gateway.FanOut;

/// <summary>What every subscription of a node works with.</summary>
internal sealed record SubscriptionServices(
    IStreams Streams, Subscriptions Open, FanOutOptions Options, TimeProvider Time, GatewayMetrics Metrics, ILogger Log)
{
    public LogLimiter Lines { get; } = new(Time);
}

/// <summary>
/// Pushes a shard to one client, for five minutes at most. It reads by position, always; the tip only wakes it. The next read begins when
/// the client has taken the last event.
/// <code>
/// initial-response ──▶ read ──▶ event ──▶ flushed ──▶ read ...   an empty event when none was due for a while
///                        ├──▶ end of the shard: last event, end
///                        ├──▶ taken over, gone, not to be had: exception, end
///                        └──▶ five minutes, node stops: end;  client gone or stalled: cut off
/// </code>
/// </summary>
internal sealed class Subscription : Subscriptions.ISubscription, IDisposable
{
    /// <summary>Data of one event: large enough that its overhead does not show, small enough to come in time over a slow line.</summary>
    private const int EventBytesMax = 1024 * 1024;

    /// <summary>The service ends a subscription after so long (documentation).</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long the shard may be out of reach before the client is told; it would come back at once and find the same.</summary>
    private static readonly TimeSpan OutOfReachMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a subscription makes sure that its consumer has not been deregistered.</summary>
    private static readonly TimeSpan LookForConsumerEvery = TimeSpan.FromSeconds(30);

    /// <summary>By how much a read may outlast what it was told to wait before a heart-beat goes out beside it.</summary>
    private static readonly TimeSpan ReadSlack = TimeSpan.FromSeconds(1);

    private readonly SubscriptionServices _services;
    private readonly StreamId _stream;
    private readonly ShardKey _shard;
    private readonly FanOutSubscription _subscription;
    private readonly HttpContext _http;
    private readonly CancellationTokenSource _stop;
    private readonly EventSender _sender;

    // The server gives the context of a request that is over to the next one.
    private readonly Lock _ending = new();
    private bool _isOver;
    private ShardPosition _position;
    private int _generation;
    private bool _isBehind = true;

    // What the last event came to is the best guess of what the next one will.
    private long _eventBytes = EventBytesMax;
    private long _outOfReachSince;
    private long _lookedForConsumerAt;

    public Subscription(
        SubscriptionServices services, StreamId stream, ShardKey shard, int generation, ShardPosition from, FanOutSubscription subscription,
        SubscriptionPace? pace, HttpContext http)
    {
        _services = services;
        _stream = stream;
        _shard = shard;
        _generation = generation;
        _position = from;
        _subscription = subscription;
        _http = http;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, services.Open.Ended);
        _sender = new EventSender(services, stream.Name, pace, http, _stop.Token);
    }

    /// <summary>By which the owner of the shard tells it from others of the consumer.</summary>
    public FanOutSubscription Name => _subscription;

    public long StandsSince => _sender.StandsSince;

    private TimeProvider Time => _services.Time;

    public void CutOff(string reason)
    {
        lock (_ending)
        {
            if (_isOver || _http.RequestAborted.IsCancellationRequested) return;
            _http.Abort();
        }
        if (_services.Lines.Allows($"cut off: {_subscription.Consumer}", out var note))
            _services.Log.LogWarning("A subscription of {Consumer} to {Shard} is cut off: {Reason}{Note}", _subscription.Consumer, _shard, reason, note);
        _services.Metrics.SubscriptionCutOff(_stream.Name);
    }

    /// <summary>Ends when the subscription does, however that is.</summary>
    public async Task RunAsync()
    {
        try
        {
            _lookedForConsumerAt = Time.GetTimestamp();
            if (await _sender.BeginAsync()) await PushAsync();
        }
        catch (Exception) when (_http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told anything.
        }
        catch (OperationCanceledException) when (_services.Open.Ended.IsCancellationRequested)
        {
            // The node stops: the stream ends as it does after five minutes. Where the client does not take what was sent before, it would
            // have to be waited for.
            if (_sender.IsInterrupted) _http.Abort();
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException)
        {
            _http.Abort();
        }
        catch (Exception e)
        {
            _services.Log.LogError(e, "A subscription to {Shard} failed on a broken invariant", _shard);
            _http.Abort();
        }
    }

    public void Dispose()
    {
        lock (_ending) _isOver = true;
        _services.Open.Remove(this);
        _stop.Dispose();
    }

    private async Task PushAsync()
    {
        var began = Time.GetTimestamp();
        var goesOn = true;
        while (goesOn && Lifetime - Time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            // Memory first, where there will be much to send; a reader at the tip takes it when it knows how much.
            var reserved = _isBehind ? _eventBytes : 0L;
            if (reserved > 0) await _services.Open.Budget.TakeAsync(reserved, _stop.Token);
            try
            {
                var untilHeartbeat = _services.Options.HeartbeatInterval - _sender.SinceLastEvent;
                var wait = untilHeartbeat < left ? untilHeartbeat : left;
                if (await ReadAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero) is not { } read) return;
                goesOn = read is ReadResult.Records records ? await OnRecordsAsync(records, reserved) : await OnTroubleAsync(read);
                goesOn = goesOn && await ConsumerIsThereAsync();
            }
            finally
            {
                if (reserved > 0) _services.Open.Budget.Return(reserved);
            }
        }
    }

    private async ValueTask<bool> ConsumerIsThereAsync()
    {
        if (Time.GetElapsedTime(_lookedForConsumerAt) < LookForConsumerEvery) return true;
        _lookedForConsumerAt = Time.GetTimestamp();
        if (await _services.Streams.DescribeStreamAsync(_stream, _stop.Token) is not DescribeStreamResult.Found { Stream: var found }
            || found.Key != _shard.Stream
            || found.Consumer(_subscription.Consumer, _subscription.ConsumerCreatedAtSeconds) is not null)
            return true;
        return await _sender.EndAsync("ResourceNotFoundException", $"Consumer {_subscription.Consumer} of stream {_stream.Name} was deregistered.");
    }

    /// <summary>Sends heart-beats beside a read that takes its time; null when nobody reads them.</summary>
    private async ValueTask<ReadResult?> ReadAsync(TimeSpan wait)
    {
        var read = _services.Streams.ReadAsync(
            _shard, _position, KinesisLimits.GetRecordsMax, EventBytesMax, wait, _subscription, _stop.Token);
        while (!read.IsCompleted)
        {
            try
            {
                return await read.WaitAsync(_services.Options.HeartbeatInterval + ReadSlack - Min(_sender.SinceLastEvent, _services.Options.HeartbeatInterval), Time, _stop.Token);
            }
            catch (TimeoutException) when (!read.IsCompleted)
            {
                if (!await _sender.SendAsync(Heartbeat(behindMs: _isBehind ? 1 : 0))) return null;
            }
        }
        return await read;
    }

    private async ValueTask<bool> OnRecordsAsync(ReadResult.Records read, long reserved)
    {
        _outOfReachSince = 0;
        _generation = read.Bounds.Generation;
        _isBehind = read.BehindMs > 0;
        if (read.Skipped is { } gap) OnGap(gap);
        _position = read.Next ?? read.Bounds.AfterTip;
        if (read.Slices.Length > 0)
        {
            var e = ShardEvent.Of(_shard, _generation, read.Slices, _position, read.BehindMs);
            _eventBytes = Math.Max(EventBytesMax, e.Length);
            if (!await _sender.SendAsync(e, read.BehindMs, reserved)) return false;
        }
        else if (_sender.IsHeartbeatDue)
        {
            if (!await _sender.SendAsync(Heartbeat(read.BehindMs))) return false;
        }
        else if (read.Next is not null && !_isBehind)
        {
            // Answered sooner than it was told to: too many wait for the shard.
            await PauseAsync();
        }
        if (read.Next is not null) return true;
        if (await ChildrenAsync() is { Length: > 0 } children)
        {
            await _sender.SendAsync(ShardEvent.LastOf(_shard, children));
            return false;
        }
        // Closed, but its children do not take records yet: for its readers it has not ended.
        await PauseAsync();
        return true;
    }

    private void OnGap(TrimGap gap)
    {
        if (_services.Lines.Allows($"gap: {_subscription.Consumer}", out var note))
        {
            _services.Log.LogWarning(
                "A subscription of {Consumer} to {Shard} asked for row {Asked} and goes on at row {FirstKept}: what lies between was trimmed{Note}",
                _subscription.Consumer, _shard, gap.Asked.Row, gap.FirstKeptRow, note);
        }
        _services.Metrics.SubscriptionMetTrimHorizon(_stream.Name);
    }

    /// <summary>Tells the client why the subscription ends, unless what is wrong may pass.</summary>
    private async ValueTask<bool> OnTroubleAsync(ReadResult read)
    {
        switch (read)
        {
            case ReadResult.Superseded:
                return await _sender.EndAsync("ResourceInUseException",
                    $"Another subscription of consumer {_subscription.Consumer} to shard {_shard.ShardId} of stream {_stream.Name} took over.");
            case ReadResult.Gone:
                return await _sender.EndAsync("ResourceNotFoundException", $"Stream {_stream.Name} was deleted.");
            case ReadResult.KeyUnavailable sealedBy:
                var error = KinesisErrors.Kms(sealedBy.Key);
                return await _sender.EndAsync(error.Type, error.Detail ?? "");
            case ReadResult.Damaged damaged:
                if (_services.Lines.Allows($"damaged: {_shard} {damaged.Row}", out var note))
                    _services.Log.LogError("Row {Row} of shard {Shard} is damaged and not given out: {Detail}{Note}", damaged.Row, _shard, damaged.Detail, note);
                return await _sender.EndAsync("InternalFailureException", "Internal Service Failure");
        }
        if (_outOfReachSince == 0) _outOfReachSince = Time.GetTimestamp();
        if (Time.GetElapsedTime(_outOfReachSince) >= OutOfReachMax) return await _sender.EndAsync("InternalFailureException", "Internal Service Failure");
        if (_sender.IsHeartbeatDue && !await _sender.SendAsync(Heartbeat(_isBehind ? 1 : 0))) return false;
        await PauseAsync();
        return true;
    }

    private ShardEvent Heartbeat(long behindMs) => ShardEvent.Of(_shard, _generation, [], _position, behindMs);

    private async ValueTask<ImmutableArray<ShardDescription>> ChildrenAsync() => await _services.Streams.MapAsync(_stream, _stop.Token) is MapResult.Found found
        && found.Map.Description.Key == _shard.Stream
            ? found.Map.ChildrenOf(_shard.Shard)
            : [];

    private Task PauseAsync() => Task.Delay(Pause, Time, _stop.Token);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
