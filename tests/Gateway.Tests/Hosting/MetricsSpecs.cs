using System.Diagnostics.Metrics;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Hosting;

public sealed class MetricsSpecs : GatewaySpecs
{
    [Fact]
    public async Task Requests_and_records_are_counted_under_the_names_of_kinesis()
    {
        var stream = $"s-{Guid.NewGuid():N}";
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == GatewayMetrics.MeterName) l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Other specs run beside this one, so only what carries its stream is counted.
            foreach (var (name, tag) in tags)
            {
                if (name != "stream" || (string?)tag != stream) continue;
                lock (counted) counted[instrument.Name] = counted.GetValueOrDefault(instrument.Name) + value;
            }
        });
        listener.Start();
        await Gateway.StreamAsync(stream);

        (await Gateway.CallAsync("PutRecords", new
        {
            StreamName = stream,
            Records = new[] { new { PartitionKey = "ab", Data = GatewayHost.Base64("cde") }, new { PartitionKey = "f", Data = "" } },
        })).AssertOk();
        var answer = await Gateway.CallAsync("GetRecords", new { ShardIterator = await Gateway.IteratorAsync(stream: stream) });

        Assert.Equal(2, counted["actorstreams.incoming.records"]);
        Assert.Equal(6, counted["actorstreams.incoming.bytes"]);
        Assert.Equal(2, counted["actorstreams.get_records.records"]);
        Assert.Equal(answer.Body.Length, counted["actorstreams.get_records.bytes"]);
        Assert.Equal(0, counted["actorstreams.get_records.iterator_age"]);
    }
}
