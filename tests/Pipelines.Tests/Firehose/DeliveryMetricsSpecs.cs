using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorStreams.Pipelines.Firehose.Destinations;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryMetricsSpecs
{
    [Fact]
    public async Task What_is_delivered_is_counted_with_the_tries_that_it_took()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name.StartsWith("actorstreams.delivery.", StringComparison.Ordinal)) l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.Contains(new("delivery_stream", "counted")) && tags.Contains(new("region", "us-east-1"))) counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        listener.Start();
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20, BufferInterval = TimeSpan.Zero, HasBackup = true };
        var (shard, sent) = rig.Put(60);
        var tries = 0;
        rig.OnStep = at =>
        {
            if (at == "write" && Interlocked.Increment(ref tries) <= 3) throw new DestinationAwayException("as told");
        };

        Assert.True(await rig.RunAsync(shard, rig.End, DeliveryRig.Definition with { Stream = "counted" }));

        var bytes = sent.Sum(s => s.Length + 1);
        Assert.Equal((60, bytes), (counted["actorstreams.delivery.to_s3.records"], counted["actorstreams.delivery.to_s3.bytes"]));
        Assert.Equal((60, bytes), (counted["actorstreams.delivery.backup_to_s3.records"], counted["actorstreams.delivery.backup_to_s3.bytes"]));
        var (attempts, success) = (Sum("attempts"), Sum("success"));
        Assert.Equal(rig.Store.Objects.Count + rig.Backup.Objects.Count, success);
        Assert.Equal(success + 3, attempts);

        long Sum(string what) => counted.Where(c => c.Key.EndsWith("." + what, StringComparison.Ordinal)).Sum(c => c.Value);
    }
}
