using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using ActorStreams.Gateway.EventStream;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using ReadResult = ActorStreams.Shards.Client.ReadResult;

namespace ActorStreams.Gateway.FanOut;

/// <summary>What every subscription of a node works with.</summary>
internal sealed record SubscriptionServices(
    IStreams Streams, Subscriptions Open, FanOutOptions Options, TimeProvider Time, GatewayMetrics Metrics, ILogger Log);

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
    private const int FlushBytes = 64 * 1024;

    /// <summary>The service ends a subscription after so long (documentation).</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long the shard may be out of reach before the client is told; it would come back at once and find the same.</summary>
    private static readonly TimeSpan OutOfReachMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>By how much a read may outlast what it was told to wait before a heart-beat goes out beside it.</summary>
    private static readonly TimeSpan ReadSlack = TimeSpan.FromSeconds(1);

    private static readonly string PayloadType = ContentTypes.NameOf(WireEncoding.Json);
    private static readonly byte[] InitialResponse = EventHeaders.Event("initial-response", PayloadType);
    private static readonly byte[] EventHeader = EventHeaders.Event("SubscribeToShardEvent", PayloadType);

    private readonly SubscriptionServices _services;
    private readonly StreamId _stream;
    private readonly ShardKey _shard;
    private readonly FanOutSubscription _subscription;
    private readonly SubscriptionPace? _pace;
    private readonly HttpContext _http;
    private readonly PipeWriter _pipe;
    private readonly EventStreamWriter _events;
    private readonly Func<ValueTask<bool>> _flush;
    private readonly CancellationTokenSource _stop;
    private ShardPosition _position;
    private int _generation;
    private bool _isBehind = true;
    private long _lastEventAt;
    private long _outOfReachSince;
    private long _standsSince;
    private bool _isFlushing;

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
        _pace = pace;
        _http = http;
        _pipe = http.Response.BodyWriter;
        _events = new EventStreamWriter(_pipe);
        _flush = FlushAsync;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, services.Open.Ended);
    }

    /// <summary>By which the owner of the shard tells it from others of the consumer.</summary>
    public FanOutSubscription Name => _subscription;

    public long StandsSince => Volatile.Read(ref _standsSince);

    private TimeProvider Time => _services.Time;

    private TimeSpan SinceLastEvent => Time.GetElapsedTime(_lastEventAt);

    public void CutOff(string reason)
    {
        if (_http.RequestAborted.IsCancellationRequested) return;
        _services.Log.LogWarning("A subscription of {Consumer} to {Shard} is cut off: {Reason}", _subscription.Consumer, _shard, reason);
        _services.Metrics.SubscriptionCutOff(_stream.Name);
        _http.Abort();
    }

    /// <summary>Ends when the subscription does, however that is.</summary>
    public async Task RunAsync()
    {
        try
        {
            Begin();
            await PushAsync();
        }
        catch (Exception) when (_http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told anything.
        }
        catch (OperationCanceledException) when (_services.Open.Ended.IsCancellationRequested)
        {
            // The node stops: the stream ends as it does after five minutes. Where the client does not take what was sent before, it would
            // have to be waited for.
            if (_events.IsWithinMessage || _isFlushing) _http.Abort();
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
        _services.Open.Remove(this);
        _stop.Dispose();
    }

    private void Begin()
    {
        // Over HTTP/1.1 the stall limit here takes the place of the server's, which sees a rate and not a client that takes nothing.
        // Over HTTP/2 the server's holds for a connection with all its streams and can't be changed for one.
        if (HttpProtocol.IsHttp11(_http.Request.Protocol) && _http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        _http.Response.ContentType = EventStreamWriter.ContentType;
        _events.Write(InitialResponse, "{}"u8);
        _lastEventAt = Time.GetTimestamp();
    }

    private async Task PushAsync()
    {
        var began = Time.GetTimestamp();
        var goesOn = await FlushAsync();
        while (goesOn && Lifetime - Time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            // Memory first, where there will be much to send; a reader at the tip takes it when it knows how much.
            var reserved = _isBehind ? EventBytesMax : 0L;
            if (reserved > 0) await _services.Open.Budget.TakeAsync(reserved, _stop.Token);
            try
            {
                var untilHeartbeat = _services.Options.HeartbeatInterval - SinceLastEvent;
                var wait = untilHeartbeat < left ? untilHeartbeat : left;
                if (await ReadAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero) is not { } read) return;
                goesOn = read is ReadResult.Records records ? await OnRecordsAsync(records, reserved) : await OnTroubleAsync(read);
            }
            finally
            {
                if (reserved > 0) _services.Open.Budget.Return(reserved);
            }
        }
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
                return await read.WaitAsync(_services.Options.HeartbeatInterval + ReadSlack - Min(SinceLastEvent, _services.Options.HeartbeatInterval), Time, _stop.Token);
            }
            catch (TimeoutException) when (!read.IsCompleted)
            {
                if (!await SendAsync(Heartbeat(behindMs: _isBehind ? 1 : 0))) return null;
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
            if (!await SendAsync(ShardEvent.Of(_shard, _generation, read.Slices, _position, read.BehindMs), read.BehindMs, reserved)) return false;
        }
        else if (SinceLastEvent >= _services.Options.HeartbeatInterval)
        {
            if (!await SendAsync(Heartbeat(read.BehindMs))) return false;
        }
        else if (read.Next is not null && !_isBehind)
        {
            // Answered sooner than it was told to: too many wait for the shard.
            await PauseAsync();
        }
        if (read.Next is not null) return true;
        if (await ChildrenAsync() is { Length: > 0 } children)
        {
            await SendAsync(ShardEvent.LastOf(_shard, children));
            return false;
        }
        // Closed, but its children do not take records yet: for its readers it has not ended.
        await PauseAsync();
        return true;
    }

    private void OnGap(TrimGap gap)
    {
        _services.Log.LogWarning(
            "A subscription of {Consumer} to {Shard} asked for row {Asked} and goes on at row {FirstKept}: what lies between was trimmed",
            _subscription.Consumer, _shard, gap.Asked.Row, gap.FirstKeptRow);
        _services.Metrics.SubscriptionMetTrimHorizon(_stream.Name);
    }

    /// <summary>Tells the client why the subscription ends, unless what is wrong may pass.</summary>
    private async ValueTask<bool> OnTroubleAsync(ReadResult read)
    {
        switch (read)
        {
            case ReadResult.Superseded:
                return await EndAsync("ResourceInUseException",
                    $"Another subscription of consumer {_subscription.Consumer} to shard {_shard.ShardId} of stream {_stream.Name} took over.");
            case ReadResult.Gone:
                return await EndAsync("ResourceNotFoundException", $"Stream {_stream.Name} was deleted.");
            case ReadResult.KeyUnavailable sealedBy:
                var error = KinesisErrors.Kms(sealedBy.Key);
                return await EndAsync(error.Type, error.Detail ?? "");
            case ReadResult.Damaged damaged:
                _services.Log.LogError("Row {Row} of shard {Shard} is damaged and not given out: {Detail}", damaged.Row, _shard, damaged.Detail);
                return await EndAsync("InternalFailureException", "Internal Service Failure");
        }
        if (_outOfReachSince == 0) _outOfReachSince = Time.GetTimestamp();
        if (Time.GetElapsedTime(_outOfReachSince) >= OutOfReachMax) return await EndAsync("InternalFailureException", "Internal Service Failure");
        if (SinceLastEvent >= _services.Options.HeartbeatInterval && !await SendAsync(Heartbeat(_isBehind ? 1 : 0))) return false;
        await PauseAsync();
        return true;
    }

    private async ValueTask<bool> EndAsync(string type, string message)
    {
        var payload = AnswerWriter.Encode(WireEncoding.Json, writer => writer.String("message", message));
        _events.Write(EventHeaders.Exception(type, PayloadType), payload.Span);
        await FlushAsync();
        return false;
    }

    private ShardEvent Heartbeat(long behindMs) => ShardEvent.Of(_shard, _generation, [], _position, behindMs);

    private async ValueTask<ImmutableArray<ShardDescription>> ChildrenAsync() => await _services.Streams.MapAsync(_stream, _stop.Token) is MapResult.Found found
        && found.Map.Description.Key == _shard.Stream
            ? found.Map.ChildrenOf(_shard.Shard)
            : [];

    /// <param name="reserved">Bytes that are set aside for the event already.</param>
    private async ValueTask<bool> SendAsync(ShardEvent e, long behindMs = 0, long reserved = 0)
    {
        if (_pace is not null) await _pace.WaitAsync(e.Count == 0 ? 0 : e.Length, _stop.Token);
        var taken = reserved > 0 || e.Count == 0 ? 0 : e.Length;
        if (taken > 0) await _services.Open.Budget.TakeAsync(taken, _stop.Token);
        try
        {
            var payload = _events.Begin(EventHeader, e.Length);
            if (!await e.WriteAsync(payload, FlushBytes, _flush)) return false;
            _events.End();
            if (!await FlushAsync()) return false;
            _lastEventAt = Time.GetTimestamp();
            _services.Metrics.EventSent(_stream.Name, e.Count, e.Length, behindMs);
            return true;
        }
        finally
        {
            if (taken > 0) _services.Open.Budget.Return(taken);
        }
    }

    /// <summary>False when nobody reads any more. The wait is watched by <see cref="Subscriptions"/>.</summary>
    private async ValueTask<bool> FlushAsync()
    {
        _isFlushing = true;
        var flush = _pipe.FlushAsync(_stop.Token);
        if (!flush.IsCompleted) Volatile.Write(ref _standsSince, Math.Max(1, Time.GetTimestamp()));
        try
        {
            var flushed = await flush;
            _isFlushing = false;
            return !flushed.IsCompleted && !flushed.IsCanceled;
        }
        finally
        {
            Volatile.Write(ref _standsSince, 0);
        }
    }

    private Task PauseAsync() => Task.Delay(Pause, Time, _stop.Token);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
