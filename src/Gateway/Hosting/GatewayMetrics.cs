using System.Diagnostics.Metrics;
using ActorStreams.Gateway.Firehose;

namespace ActorStreams.Gateway.Hosting;

/// <summary>
/// What the gateway counts; a few steps per request, none per record. The name of Kinesis's metric begins the description where there is one, and is
/// recognised in the instrument's: <c>IncomingBytes</c> is <c>actorstreams.incoming.bytes</c>, for Prometheus <c>actorstreams_incoming_bytes_total</c>.
/// By stream at most, so that their number is bounded by that of the streams.
/// </summary>
public sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "ActorStreams.Gateway";

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latencyMs;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Counter<long> _incomingRecords;
    private readonly Counter<long> _incomingBytes;
    private readonly Counter<long> _failedRecords;
    private readonly Counter<long> _outgoingRecords;
    private readonly Counter<long> _outgoingBytes;
    private readonly Counter<long> _writeThrottled;
    private readonly Counter<long> _readThrottled;
    private readonly Counter<long> _repeatedCalls;
    private readonly Counter<long> _deliveryRecords;
    private readonly Counter<long> _deliveryBytes;
    private readonly Counter<long> _deliveryFailedRecords;
    private readonly Counter<long> _deliveryRepeatedCalls;
    private readonly Counter<long> _trimGaps;
    private readonly Histogram<long> _iteratorAgeMs;
    private readonly UpDownCounter<long> _subscriptions;
    private readonly Counter<long> _subscribed;
    private readonly Counter<long> _subscribeRateExceeded;
    private readonly Counter<long> _eventRecords;
    private readonly Counter<long> _eventBytes;
    private readonly Histogram<long> _eventBehindMs;
    private readonly Counter<long> _eventTrimGaps;
    private readonly Counter<long> _cutOff;

    /// <param name="meters">Null makes a meter of this object's own.</param>
    public GatewayMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _requests = _meter.CreateCounter<long>("actorstreams.requests", "{request}", "Calls by operation and error; PutRecords.Success and the like are those without an error.");
        _latencyMs = _meter.CreateHistogram<double>("actorstreams.latency", "ms", "PutRecords.Latency and the like: time from the head of a request to the end of its answer, by operation.");
        _inFlight = _meter.CreateUpDownCounter<long>("actorstreams.requests.in_flight", "{request}", "Calls being worked on.");
        _incomingRecords = _meter.CreateCounter<long>("actorstreams.incoming.records", "{record}", "IncomingRecords: records stored, by stream.");
        _incomingBytes = _meter.CreateCounter<long>("actorstreams.incoming.bytes", "By", "IncomingBytes: data and partition keys stored, by stream.");
        _failedRecords = _meter.CreateCounter<long>("actorstreams.put_records.failed_records", "{record}", "PutRecords.FailedRecords: entries answered with an error, by stream.");
        _repeatedCalls = _meter.CreateCounter<long>(
            "actorstreams.repeated_calls", "{call}", "Calls of which an earlier try had stored records, by operation and stream.");
        _writeThrottled = _meter.CreateCounter<long>(
            "actorstreams.write_provisioned_throughput_exceeded", "{record}", "WriteProvisionedThroughputExceeded: records refused because their shard had too much waiting, by stream.");
        _readThrottled = _meter.CreateCounter<long>(
            "actorstreams.read_provisioned_throughput_exceeded", "{call}", "ReadProvisionedThroughputExceeded: GetRecords refused by their shard's rate, by stream.");
        _outgoingRecords = _meter.CreateCounter<long>("actorstreams.get_records.records", "{record}", "GetRecords.Records: records read, by stream.");
        _outgoingBytes = _meter.CreateCounter<long>("actorstreams.get_records.bytes", "By", "GetRecords.Bytes: bytes of answers to GetRecords, by stream.");
        _iteratorAgeMs = _meter.CreateHistogram<long>("actorstreams.get_records.iterator_age", "ms", "GetRecords.IteratorAgeMilliseconds: how far readers are behind the tip, by stream.");
        _trimGaps = _meter.CreateCounter<long>("actorstreams.get_records.trim_gaps", "{read}", "Reads that began before the trim horizon, by stream.");
        _deliveryRecords = _meter.CreateCounter<long>("actorstreams.delivery.incoming.records", "{record}", "IncomingRecords of Firehose: records stored by puts, by delivery stream.");
        _deliveryBytes = _meter.CreateCounter<long>("actorstreams.delivery.incoming.bytes", "By", "IncomingBytes of Firehose: data stored by puts, by delivery stream.");
        _deliveryFailedRecords = _meter.CreateCounter<long>(
            "actorstreams.delivery.put_record_batch.failed_records", "{record}", "Records of puts answered with an error, by delivery stream.");
        _deliveryRepeatedCalls = _meter.CreateCounter<long>(
            "actorstreams.delivery.repeated_calls", "{call}", "Puts of which an earlier try had stored records, by operation and delivery stream.");
        _subscriptions = _meter.CreateUpDownCounter<long>("actorstreams.subscriptions", "{subscription}", "Subscriptions that are open.");
        _subscribed = _meter.CreateCounter<long>("actorstreams.subscribe_to_shard.success", "{subscription}", "SubscribeToShard.Success: subscriptions that began, by stream.");
        _subscribeRateExceeded = _meter.CreateCounter<long>(
            "actorstreams.subscribe_to_shard.rate_exceeded", "{call}", "SubscribeToShard.RateExceeded: subscriptions refused because another one of the consumer was new or there were too many, by stream.");
        _eventRecords = _meter.CreateCounter<long>("actorstreams.subscribe_to_shard_event.records", "{record}", "SubscribeToShardEvent.Records: records pushed, by stream.");
        _eventBytes = _meter.CreateCounter<long>("actorstreams.subscribe_to_shard_event.bytes", "By", "SubscribeToShardEvent.Bytes: bytes of events pushed, by stream.");
        _eventBehindMs = _meter.CreateHistogram<long>("actorstreams.subscribe_to_shard_event.behind_latest", "ms", "SubscribeToShardEvent.MillisBehindLatest: how far events are behind the tip, by stream.");
        _eventTrimGaps = _meter.CreateCounter<long>("actorstreams.subscribe_to_shard_event.trim_gaps", "{event}", "Subscriptions that met the trim horizon, by stream.");
        _cutOff = _meter.CreateCounter<long>("actorstreams.subscribe_to_shard.cut_off", "{subscription}", "Subscriptions whose client took nothing, by stream.");
    }

    internal void RequestStarted() => _inFlight.Add(1);

    internal void RequestEnded(string operation, string? error, TimeSpan elapsed)
    {
        _inFlight.Add(-1);
        _requests.Add(1, new("operation", operation), new("error", error ?? ""));
        _latencyMs.Record(elapsed.TotalMilliseconds, new KeyValuePair<string, object?>("operation", operation));
    }

    internal void RecordsPut(string stream, int records, long bytes, int failed, int throttled)
    {
        var tag = new KeyValuePair<string, object?>("stream", stream);
        _incomingRecords.Add(records, tag);
        _incomingBytes.Add(bytes, tag);
        if (failed > 0) _failedRecords.Add(failed, tag);
        if (throttled > 0) _writeThrottled.Add(throttled, tag);
    }

    internal void ReadThrottled(string stream) => _readThrottled.Add(1, new KeyValuePair<string, object?>("stream", stream));

    internal void CallRepeated(string operation, string stream) =>
        _repeatedCalls.Add(1, new("operation", operation), new("stream", stream));

    internal void DeliveryRecordsPut(DeliveryStreamId stream, int records, long bytes, int failed)
    {
        var (name, region) = (new KeyValuePair<string, object?>("delivery_stream", stream.Name), new KeyValuePair<string, object?>("region", stream.Region));
        _deliveryRecords.Add(records, name, region);
        _deliveryBytes.Add(bytes, name, region);
        if (failed > 0) _deliveryFailedRecords.Add(failed, name, region);
    }

    internal void DeliveryCallRepeated(string operation, DeliveryStreamId stream) =>
        _deliveryRepeatedCalls.Add(1, new("operation", operation), new("delivery_stream", stream.Name), new("region", stream.Region));

    internal void RecordsGot(string stream, int records, long bytes, long behindMs, bool metTrimHorizon)
    {
        var tag = new KeyValuePair<string, object?>("stream", stream);
        _outgoingRecords.Add(records, tag);
        _outgoingBytes.Add(bytes, tag);
        _iteratorAgeMs.Record(behindMs, tag);
        if (metTrimHorizon) _trimGaps.Add(1, tag);
    }

    internal void SubscriptionsOpen(int change) => _subscriptions.Add(change);

    internal void Subscribed(string stream) => _subscribed.Add(1, new KeyValuePair<string, object?>("stream", stream));

    internal void SubscribeRateExceeded(string stream) => _subscribeRateExceeded.Add(1, new KeyValuePair<string, object?>("stream", stream));

    internal void EventSent(string stream, int records, long bytes, long behindMs)
    {
        var tag = new KeyValuePair<string, object?>("stream", stream);
        if (records > 0) _eventRecords.Add(records, tag);
        _eventBytes.Add(bytes, tag);
        _eventBehindMs.Record(behindMs, tag);
    }

    internal void SubscriptionMetTrimHorizon(string stream) => _eventTrimGaps.Add(1, new KeyValuePair<string, object?>("stream", stream));

    internal void SubscriptionCutOff(string stream) => _cutOff.Add(1, new KeyValuePair<string, object?>("stream", stream));

    public void Dispose() => _meter.Dispose();
}
