using System.Collections.Concurrent;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Pipelines.Tests.Firehose;
using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Streams;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>What is kept is a snapshot, a checkpoint and some deletions in the store: many idle shards would keep it busy.</summary>
public sealed class IdleShardSpecs : IAsyncLifetime
{
    private const int EmptyReads = 20;
    private readonly ActorSystem _system = ActorSystem.Create("idle-specs", "akka.loglevel = OFF");
    private readonly HttpClient _http = new();
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly ConcurrentQueue<SliceDone> _slices = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _system.Terminate();
    }

    [Fact]
    public async Task A_pipeline_keeps_nothing_again_while_nothing_comes()
    {
        _streams.Create("alerts");
        _streams.Create("dead");
        var shard = _streams.Create("source").Shards[0].Key;
        using var graph = ConsumerGraph.Run(
            new GraphStart(A.Definition() with { SnapshotInterval = TimeSpan.Zero }, shard, 1, default, default, OperatorState.Empty),
            A.Options() with { ReadWait = TimeSpan.FromMilliseconds(1) }, _streams, _http, TimeProvider.System, _system.Materializer(), _slices.Enqueue);

        await IsKeptOnceARecordAsync();
    }

    [Fact]
    public async Task A_delivery_keeps_nothing_again_while_nothing_comes()
    {
        await using var rig = new DeliveryRig { BufferBytesMax = 1, BufferInterval = TimeSpan.Zero, Streams = _streams, OnSlice = _slices.Enqueue };
        var shard = _streams.Create("source").Shards[0].Key;
        var running = rig.RunAsync(shard, new ShardPosition(5, 0), DeliveryRig.Definition with { SnapshotInterval = TimeSpan.Zero });

        await IsKeptOnceARecordAsync();
        _streams.Put("source", "k", A.Reading(1));
        Assert.True(await running);
    }

    private async Task IsKeptOnceARecordAsync()
    {
        await Eventually.BeTrueAsync(() => _slices.Count >= EmptyReads, "reads of an empty shard");
        // Where it begins is kept at most once.
        var before = Kept;
        Assert.InRange(before, 0, 1);
        for (var put = 1; put <= 2; put++)
        {
            _streams.Put("source", "k", A.Reading(1));
            await Eventually.BeTrueAsync(() => Kept == before + put, $"what was kept after {put} records");
            var seen = _slices.Count;
            await Eventually.BeTrueAsync(() => _slices.Count >= seen + EmptyReads, "reads that found nothing");
            Assert.Equal(before + put, Kept);
        }
    }

    private int Kept => _slices.Count(s => s.Kept is not null);
}
