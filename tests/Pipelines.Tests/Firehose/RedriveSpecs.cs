using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class RedriveSpecs
{
    [Fact]
    public async Task What_was_taken_apart_goes_on_behind_that_and_what_was_not_from_the_beginning()
    {
        var isMended = false;
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Marking(), new SubRecords(","u8.ToArray()), new TestSteps.Moody(() => isMended)] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        // Of the second one the parts are too many.
        rig.Streams.Put("source", [("k", "one,two"), ("k", string.Join(',', Enumerable.Repeat("part", SubRecords.CountMax + 1)))]);
        Assert.True(await rig.RunAsync(shard, rig.End));
        Assert.Equal(["one"], rig.Store.Lines);
        isMended = true;

        Assert.Equal(new RedriveResult(1, 0, Anew: 1), await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None));

        Assert.Equal(["one", "two!"], rig.Store.Lines.Order(StringComparer.Ordinal));
        Assert.All(rig.Store.Errors.Where(e => e.Contains("DeaggregationFailed", StringComparison.Ordinal)), e => Assert.DoesNotContain("takenApart", e, StringComparison.Ordinal));
    }
}
