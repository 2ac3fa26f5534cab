using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>
/// What is counted of one delivery stream, by the name of the counter behind <c>actorstreams.delivery.</c> and by its other tags, as in
/// <c>failures,reason=failed</c>.
/// </summary>
internal sealed class CountedDeliveries : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();

    public CountedDeliveries(string stream)
    {
        const string prefix = "actorstreams.delivery.";
        _listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name.StartsWith(prefix, StringComparison.Ordinal)) l.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (!tags.Contains(new("delivery_stream", stream)) || !tags.Contains(new("region", "us-east-1"))) return;
            var others = string.Concat(tags.ToArray().Where(t => t.Key is not ("delivery_stream" or "region")).Select(t => $",{t.Key}={t.Value}"));
            _counted.AddOrUpdate(instrument.Name[prefix.Length..] + others, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    /// <summary>0 where nothing was counted.</summary>
    public long this[string name] => _counted.GetValueOrDefault(name);

    public long Sum(string what) => _counted.Where(c => c.Key.EndsWith("." + what, StringComparison.Ordinal)).Sum(c => c.Value);

    public void Dispose() => _listener.Dispose();
}
