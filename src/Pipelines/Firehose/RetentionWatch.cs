using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// Looks from time to time how old the oldest record is that a delivery has not delivered, and warns while the source still keeps it. It asks the
/// source itself, so that it tells also of a delivery that cannot run. Safe from any thread.
/// </summary>
internal sealed partial class RetentionWatch : IDisposable
{
    private static readonly TimeSpan s_warnEvery = TimeSpan.FromHours(1);

    private readonly DeliveryDefinition _delivery;
    private readonly ShardKey _shard;
    private readonly ConsumerServices _services;
    private readonly DeliveryServices _deliveries;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isDisposed;
    private Following _following;
    private Seen? _seen;
    private int _isLooking;
    private long? _warnedAt;

    /// <param name="delivered">Everything below is delivered.</param>
    public RetentionWatch(DeliveryDefinition definition, ShardKey shard, ShardPosition delivered, ConsumerServices services, DeliveryServices deliveries)
    {
        (_delivery, _shard, _services, _deliveries) = (definition, shard, services, deliveries);
        _following = new Following(delivered);
        _stopping = _stop.Token;
        _timer = services.Time.CreateTimer(_ => _ = LookAsync(), null, TimeSpan.Zero, deliveries.RetentionLookInterval);
    }

    /// <summary>A look is under way, and another one waits for the next interval.</summary>
    public bool IsLooking => Volatile.Read(ref _isLooking) == 1;

    /// <summary>As of now, by what the last look saw; null before the first one.</summary>
    public RetentionLeft? Now
    {
        get
        {
            if (Volatile.Read(ref _seen) is not { } seen) return null;
            var age = seen.Oldest is { } oldest ? _services.Time.GetUtcNow() - oldest : TimeSpan.Zero;
            var left = seen.Retention - age;
            return new RetentionLeft((long)seen.Retention.TotalMilliseconds, (long)left.TotalMilliseconds, age >= seen.Retention * _deliveries.RetentionShareMax);
        }
    }

    /// <summary>The delivery got on.</summary>
    public void Follow(ShardPosition delivered) => Volatile.Write(ref _following, new Following(delivered));

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Cancel();
        _stop.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _services.Metrics.Deliveries.RetentionLeft(_delivery, this, null);
        }
    }

    private async Task LookAsync()
    {
        // A source that answers slowly is not asked twice at once.
        if (Interlocked.Exchange(ref _isLooking, 1) == 1) return;
        try
        {
            if (await SeeAsync() is { } seen) Volatile.Write(ref _seen, seen);
            if (Now is { } now) Tell(now);
        }
        catch (Exception e)
        {
            // The next look may see what this one did not.
            if (!_stopping.IsCancellationRequested) LogFailed(_deliveries.Log, e, _delivery.Stream, _shard.ShardId);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    /// <summary>Null where the source does not tell; what was seen before goes on to age.</summary>
    private async Task<Seen?> SeeAsync()
    {
        if (await _services.Streams.DescribeStreamAsync(_delivery.Source, _stopping) is not DescribeStreamResult.Found { Stream: var stream }) return null;
        var read = await _services.Streams.ReadAsync(_shard, Volatile.Read(ref _following).Delivered, 1, 1, TimeSpan.Zero, _stopping);
        if (read is not ReadResult.Records { Slices: var slices }) return null;
        return new Seen(TimeSpan.FromHours(stream.RetentionHours), slices is [var first, ..] ? SourceProgress.ArrivalOf(first) : null);
    }

    private void Tell(RetentionLeft now)
    {
        lock (_gate)
        {
            // A look may end after the watch did.
            if (_isDisposed) return;
            _services.Metrics.Deliveries.RetentionLeft(_delivery, this, now);
        }
        var log = _deliveries.Log;
        if (now.IsShort && (_warnedAt is not { } at || _services.Time.GetElapsedTime(at) >= s_warnEvery))
        {
            _warnedAt = _services.Time.GetTimestamp();
            LogShort(log, _delivery.Stream, _shard.ShardId, now.Warning);
        }
        else if (!now.IsShort && _warnedAt is not null)
        {
            _warnedAt = null;
            LogLong(log, _delivery.Stream, _shard.ShardId);
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "Delivery stream {Stream}, {ShardId}: {Warning}")]
    private static partial void LogShort(ILogger log, string stream, string shardId, string warning);

    [LoggerMessage(61, LogLevel.Information, "Delivery stream {Stream}, {ShardId}: what is not delivered is far from the end of the source's retention again")]
    private static partial void LogLong(ILogger log, string stream, string shardId);

    [LoggerMessage(62, LogLevel.Warning, "Delivery stream {Stream}, {ShardId}: how long the source keeps what is not delivered cannot be looked at; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception cause, string stream, string shardId);

    private sealed record Following(ShardPosition Delivered);

    /// <param name="Oldest">Arrival of the oldest record that is not delivered; null where there is none.</param>
    private sealed record Seen(TimeSpan Retention, DateTimeOffset? Oldest);
}
