using ActorStreams.Pipelines.Firehose.Destinations;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryMetricsSpecs
{
    [Fact]
    public async Task What_is_delivered_is_counted_with_the_tries_that_it_took()
    {
        using var counted = new CountedDeliveries("counted");
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20, BufferInterval = TimeSpan.Zero, HasBackup = true };
        var (shard, sent) = rig.Put(60);
        var tries = 0;
        rig.OnStep = at =>
        {
            if (at == "write" && Interlocked.Increment(ref tries) <= 3) throw new DestinationAwayException("as told");
        };

        Assert.True(await rig.RunAsync(shard, rig.End, DeliveryRig.Definition with { Stream = "counted" }));

        var bytes = sent.Sum(s => s.Length + 1);
        Assert.Equal((60, bytes), (counted["to_s3.records"], counted["to_s3.bytes"]));
        Assert.Equal((60, bytes), (counted["backup_to_s3.records"], counted["backup_to_s3.bytes"]));
        var (attempts, success) = (counted.Sum("attempts"), counted.Sum("success"));
        Assert.Equal(rig.Store.Objects.Count + rig.Backup.Objects.Count, success);
        Assert.Equal(success + 3, attempts);
    }
}
