using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose.Loading;

public sealed class ObjectLoadingSpecs
{
    [Fact]
    public async Task While_it_is_found_out_what_an_object_takes_of_memory_there_are_signs_of_life()
    {
        var time = new FakeTimeProvider();
        using var beats = new ManualResetEventSlim();
        var loader = new Measuring(() => beats.Wait(TimeSpan.FromSeconds(5)));
        await using var rig = new DeliveryRig { Time = time, Loader = _ => loader, LoadRetry = TimeSpan.FromMinutes(1) };
        await using var plan = rig.Services.Plan(DeliveryRig.Definition);
        var (spool, waiting) = (new Spool(rig.SpoolFolder, 1), new WaitNote(time, () => { }));
        var delivery = new BatchDelivery(rig.Services, spool, "shard", time, waiting, work => work, triesMax: 1);
        var loading = new ObjectLoading(plan, plan.Load!, spool, "shard", time, waiting, Beating, delivery);

        var item = new IntendedObject("key", spool.NameOf(Guid.NewGuid()), 0, default, 0, 0, ObjectKind.Records);

        var running = loading.LoadAsync(DeliveryRig.Definition, item, default, default);
        await Eventually.BeTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return running.IsCompleted;
            },
            "a second try");

        Assert.True(await running);
        Assert.Equal(2, loader.Tries);
        // The object is the same at each try.
        Assert.Equal([true], loader.Measured);

        Task Beating(Task work)
        {
            beats.Set();
            return work;
        }
    }

    /// <summary>Is away at first.</summary>
    private sealed class Measuring(Func<bool> measure) : IObjectLoader
    {
        public List<bool> Measured { get; } = [];

        public int Tries { get; private set; }

        public string Name => "measuring";

        public string ErrorType => "measuring-failed";

        public string Target => "measuring";

        public long MemoryBytes(ObjectToLoad item)
        {
            Measured.Add(measure());
            return 1;
        }

        public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => [];

        public Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel) =>
            Task.FromResult<LoadResult>(++Tries == 1 ? new LoadResult.Later("as told") : LoadResult.Loaded.Instance);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
