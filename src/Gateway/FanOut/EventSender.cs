using System.IO.Pipelines;
using ActorStreams.Gateway.EventStream;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ActorStreams.Gateway.FanOut;

/// <summary>
/// Sends the messages of one subscription, each when its client has taken the one before. Whatever answers false has found that nobody
/// reads any more, or has ended the stream.
/// </summary>
/// <param name="pace">Null for none.</param>
internal sealed class EventSender(
    SubscriptionServices services, string stream, SubscriptionPace? pace, HttpContext http, CancellationToken stop)
{
    private const int FlushBytes = 64 * 1024;
    private static readonly string PayloadType = ContentTypes.NameOf(WireEncoding.Json);
    private static readonly byte[] InitialResponse = EventHeaders.Event("initial-response", PayloadType);
    private static readonly byte[] EventHeader = EventHeaders.Event("SubscribeToShardEvent", PayloadType);

    private readonly PipeWriter _pipe = http.Response.BodyWriter;
    private readonly EventStreamWriter _events = new(http.Response.BodyWriter);
    private long _lastEventAt;
    private long _standsSince;
    private bool _isFlushing;

    /// <summary>Since when the client takes nothing, as a time stamp; 0 while it does. Watched by <see cref="Subscriptions"/>.</summary>
    public long StandsSince => Volatile.Read(ref _standsSince);

    public TimeSpan SinceLastEvent => services.Time.GetElapsedTime(_lastEventAt);

    public bool IsHeartbeatDue => SinceLastEvent >= services.Options.HeartbeatInterval;

    /// <summary>The stream can't end as a whole: a message is half sent, or the client would have to be waited for.</summary>
    public bool IsInterrupted => _events.IsWithinMessage || _isFlushing;

    /// <summary>Clients wait for the first message before they give the stream to their caller.</summary>
    public ValueTask<bool> BeginAsync()
    {
        // Over HTTP/1.1 the stall limit here takes the place of the server's, which sees a rate and not a client that takes nothing.
        // Over HTTP/2 the server's holds for a connection with all its streams and can't be changed for one.
        if (HttpProtocol.IsHttp11(http.Request.Protocol) && http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        http.Response.ContentType = EventStreamWriter.ContentType;
        _events.Write(InitialResponse, "{}"u8);
        _lastEventAt = services.Time.GetTimestamp();
        return FlushAsync();
    }

    /// <param name="reserved">Bytes that are set aside for the event already; it may turn out to need more.</param>
    public async ValueTask<bool> SendAsync(ShardEvent e, long behindMs = 0, long reserved = 0)
    {
        if (pace is not null && e.Count > 0) await pace.WaitAsync(e.DataBytes(), stop);
        var taken = e.Count == 0 ? 0 : Math.Max(0, e.Length - reserved);
        // To wait while others wait with what they have would be for ever.
        if (reserved > 0) services.Open.Budget.Overdraw(taken);
        else if (taken > 0) await services.Open.Budget.TakeAsync(taken, stop);
        try
        {
            var payload = _events.Begin(EventHeader, e.Length);
            if (!await e.WriteAsync(payload, FlushBytes, FlushAsync)) return false;
            _events.End();
            if (!await FlushAsync()) return false;
        }
        finally
        {
            if (taken > 0) services.Open.Budget.Return(taken);
        }
        _lastEventAt = services.Time.GetTimestamp();
        services.Metrics.EventSent(stream, e.Count, e.Length, behindMs);
        return true;
    }

    /// <summary>Tells why the stream ends.</summary>
    public async ValueTask<bool> EndAsync(string type, string message)
    {
        var payload = AnswerWriter.Encode(WireEncoding.Json, writer => writer.String("message", message));
        _events.Write(EventHeaders.Exception(type, PayloadType), payload.Span);
        await FlushAsync();
        return false;
    }

    private async ValueTask<bool> FlushAsync()
    {
        _isFlushing = true;
        var flush = _pipe.FlushAsync(stop);
        if (!flush.IsCompleted) Volatile.Write(ref _standsSince, Math.Max(1, services.Time.GetTimestamp()));
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
}
