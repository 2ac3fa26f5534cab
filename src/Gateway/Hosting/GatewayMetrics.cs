using System.Diagnostics.Metrics;

namespace ActorStreams.Gateway.Hosting;

/// <summary>What the gateway counts, under the names of Kinesis's metrics where there is one; a few steps per request, none per record.</summary>
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
    private readonly Counter<long> _repeatedCalls;
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
        _requests = _meter.CreateCounter<long>("Requests", "{request}", "Calls by operation and error.");
        _latencyMs = _meter.CreateHistogram<double>("Latency", "ms", "Time from the head of a request to the end of its answer, by operation.");
        _inFlight = _meter.CreateUpDownCounter<long>("RequestsInFlight", "{request}", "Calls being worked on.");
        _incomingRecords = _meter.CreateCounter<long>("IncomingRecords", "{record}", "Records stored, by stream.");
        _incomingBytes = _meter.CreateCounter<long>("IncomingBytes", "By", "Data and partition keys stored, by stream.");
        _failedRecords = _meter.CreateCounter<long>("PutRecords.FailedRecords", "{record}", "Entries answered with an error, by stream.");
        _repeatedCalls = _meter.CreateCounter<long>(
            "RepeatedCalls", "{call}", "Calls of which an earlier try had stored records, by operation and stream.");
        _writeThrottled = _meter.CreateCounter<long>(
            "WriteProvisionedThroughputExceeded", "{record}", "Records refused because their shard had too much waiting, by stream.");
        _outgoingRecords = _meter.CreateCounter<long>("GetRecords.Records", "{record}", "Records read, by stream.");
        _outgoingBytes = _meter.CreateCounter<long>("GetRecords.Bytes", "By", "Bytes of answers to GetRecords, by stream.");
        _iteratorAgeMs = _meter.CreateHistogram<long>("GetRecords.IteratorAgeMilliseconds", "ms", "How far readers are behind the tip, by stream.");
        _trimGaps = _meter.CreateCounter<long>("GetRecords.TrimGaps", "{read}", "Reads that began before the trim horizon, by stream.");
        _subscriptions = _meter.CreateUpDownCounter<long>("Subscriptions", "{subscription}", "Subscriptions that are open.");
        _subscribed = _meter.CreateCounter<long>("SubscribeToShard.Success", "{subscription}", "Subscriptions that began, by stream.");
        _subscribeRateExceeded = _meter.CreateCounter<long>(
            "SubscribeToShard.RateExceeded", "{call}", "Subscriptions refused because another one of the consumer was new or there were too many, by stream.");
        _eventRecords = _meter.CreateCounter<long>("SubscribeToShardEvent.Records", "{record}", "Records pushed, by stream.");
        _eventBytes = _meter.CreateCounter<long>("SubscribeToShardEvent.Bytes", "By", "Bytes of events pushed, by stream.");
        _eventBehindMs = _meter.CreateHistogram<long>("SubscribeToShardEvent.MillisBehindLatest", "ms", "How far events are behind the tip, by stream.");
        _eventTrimGaps = _meter.CreateCounter<long>("SubscribeToShardEvent.TrimGaps", "{event}", "Subscriptions that met the trim horizon, by stream.");
        _cutOff = _meter.CreateCounter<long>("SubscribeToShard.CutOff", "{subscription}", "Subscriptions whose client took nothing, by stream.");
    }

    internal void RequestStarted() => _inFlight.Add(1);

    internal void RequestEnded(string operation, string? error, TimeSpan elapsed)
    {
        _inFlight.Add(-1);
        _requests.Add(1, new("Operation", operation), new("Error", error ?? ""));
        _latencyMs.Record(elapsed.TotalMilliseconds, new KeyValuePair<string, object?>("Operation", operation));
    }

    internal void RecordsPut(string stream, int records, long bytes, int failed, int throttled)
    {
        var tag = new KeyValuePair<string, object?>("StreamName", stream);
        _incomingRecords.Add(records, tag);
        _incomingBytes.Add(bytes, tag);
        if (failed > 0) _failedRecords.Add(failed, tag);
        if (throttled > 0) _writeThrottled.Add(throttled, tag);
    }

    internal void CallRepeated(string operation, string stream) =>
        _repeatedCalls.Add(1, new("Operation", operation), new("StreamName", stream));

    internal void RecordsGot(string stream, int records, long bytes, long behindMs, bool metTrimHorizon)
    {
        var tag = new KeyValuePair<string, object?>("StreamName", stream);
        _outgoingRecords.Add(records, tag);
        _outgoingBytes.Add(bytes, tag);
        _iteratorAgeMs.Record(behindMs, tag);
        if (metTrimHorizon) _trimGaps.Add(1, tag);
    }

    internal void SubscriptionsOpen(int change) => _subscriptions.Add(change);

    internal void Subscribed(string stream) => _subscribed.Add(1, new KeyValuePair<string, object?>("StreamName", stream));

    internal void SubscribeRateExceeded(string stream) => _subscribeRateExceeded.Add(1, new KeyValuePair<string, object?>("StreamName", stream));

    internal void EventSent(string stream, int records, long bytes, long behindMs)
    {
        var tag = new KeyValuePair<string, object?>("StreamName", stream);
        if (records > 0) _eventRecords.Add(records, tag);
        _eventBytes.Add(bytes, tag);
        _eventBehindMs.Record(behindMs, tag);
    }

    internal void SubscriptionMetTrimHorizon(string stream) => _eventTrimGaps.Add(1, new KeyValuePair<string, object?>("StreamName", stream));

    internal void SubscriptionCutOff(string stream) => _cutOff.Add(1, new KeyValuePair<string, object?>("StreamName", stream));

    public void Dispose() => _meter.Dispose();
}
