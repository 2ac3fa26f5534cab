using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Tests.Fakes;

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

    [Fact]
    public async Task What_is_dropped_and_what_fails_is_counted_once_it_is_delivered_also_by_a_redo()
    {
        using var counted = new CountedDeliveries("dropping");
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20, BufferInterval = TimeSpan.Zero, Steps = [new TestSteps.Uppercase()] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "drops")]);
        rig.Streams.Put("source", [("k", "one"), ("k", "fails"), ("k", "drops"), ("k", "fails"), ("k", "bad format")]);
        rig.OnStep = at =>
        {
            if (at == "write") throw new CrashException();
        };
        var definition = DeliveryRig.Definition with { Stream = "dropping" };

        Assert.False(await rig.RunAsync(shard, rig.End, definition));
        Assert.Equal(0, counted["error_output.records,error_type=processing-failed"]);
        rig.OnStep = _ => { };
        Assert.True(await rig.RunAsync(shard, rig.End, definition));

        Assert.Equal(2, counted["dropped.records"]);
        Assert.Equal(2, counted["error_output.records,error_type=processing-failed"]);
        Assert.Equal(1, counted["error_output.records,error_type=format-conversion-failed"]);
        Assert.Equal((6, 3), (rig.State.Counts.Records, rig.State.Counts.DeadLetters));
    }

    [Fact]
    public async Task What_cannot_be_loaded_is_counted_by_the_type_of_its_error_output()
    {
        using var counted = new CountedDeliveries("refusing");
        await using var rig = new DeliveryRig { BufferBytesMax = 1, Loader = _ => new Refusing() };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "two"), ("k", "three")]);

        Assert.True(await rig.RunAsync(shard, rig.End, DeliveryRig.Definition with { Stream = "refusing" }));

        Assert.Equal(3, counted["error_output.records,error_type=refusing-failed"]);
    }

    private sealed class Refusing : IObjectLoader
    {
        public string Name => "refusing";

        public string Target => "refusing";

        public string ErrorType => "refusing-failed";

        public long MemoryBytes(ObjectToLoad item) => 1;

        public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => RecordsFormat.Read(item.File).Select(r => new DeliveryRecord(item.Key, item.Oldest, r));

        public Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel) => Task.FromResult<LoadResult>(new LoadResult.Later("as told"));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
