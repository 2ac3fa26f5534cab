using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Tests.Transfer;

/// <summary>Two nodes of one cluster over one store, each an actor system with remoting of its own; frames are too small for a large append.</summary>
public sealed class TwoNodesSpecs : IAsyncLifetime
{
    private const int Large = 10 << 20;
    private static readonly StreamId s_stream = new("eu-test-1", "large");
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(20);
    private static readonly Config s_frames = ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.maximum-frame-size = 400000b");
    private readonly string _directory = Directory.CreateTempSubdirectory("actorstreams-").FullName;
    private ShardsHost _a = null!;
    private ShardsHost _b = null!;

    /// <summary>Shards that live on the other node.</summary>
    private ShardKey[] _remote = [];

    public async Task InitializeAsync()
    {
        var store = new StoreOptions { DataDirectory = _directory };
        _a = await ShardsHost.StartAsync(store, more: s_frames);
        _b = await ShardsHost.StartAsync(store, more: s_frames, other: _a);
        await Eventually(() => Task.FromResult(Akka.Cluster.Cluster.Get(_a.System).State.Members.Count == 2));
        await Eventually(async () => await _a.Streams.CreateStreamAsync(s_stream, 8, StreamConfiguration.Provisioned, default)
            is CreateStreamResult.Created or CreateStreamResult.AlreadyExists);
        MapResult.Found? map = null;
        await Eventually(async () => (map = await _a.Streams.MapAsync(s_stream, default) as MapResult.Found) is not null);
        await Eventually(async () => (_remote = [.. map!.Map.Open.Select(s => s.Key).Where(new HashSet<ShardKey>(await ShardsOfAsync(_b)).Contains)]).Length > 0);
    }

    public async Task DisposeAsync()
    {
        await _b.DisposeAsync();
        await _a.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Ten_mebibytes_of_the_other_node_arrive_as_one_batch()
    {
        var reply = await _a.Streams.AppendAsync(s_stream, _remote[0], Block(10, Large / 10), null, default);

        var appended = Assert.IsType<AppendReply.Appended>(reply);
        var read = Assert.IsType<ReadResult.Records>(await _a.Streams.ReadAsync(_remote[0], ShardPosition.TrimHorizon, 1_000, 2 * Large, TimeSpan.Zero, default));
        var slice = Assert.Single(read.Slices);
        Assert.Equal((appended.Row, 10), (slice.Batch.Row, slice.Batch.Count));
        Assert.Equal(["key-0", "key-1", "key-2", "key-3", "key-4", "key-5", "key-6", "key-7", "key-8", "key-9"], Keys(read));
    }

    [Fact]
    public async Task The_order_of_a_producer_is_kept_among_large_and_small_appends_of_others()
    {
        var shard = _remote[0];
        using var over = new CancellationTokenSource();
        var others = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested) await _a.Streams.AppendAsync(s_stream, shard, Named("other", 100), null, default);
        })).ToArray();

        for (var i = 0; i < 12; i++)
        {
            var size = i % 3 == 0 ? 1 << 20 : 100;
            Assert.IsType<AppendReply.Appended>(await _a.Streams.AppendAsync(s_stream, shard, Named($"mine-{i:00}", size), null, default));
        }
        await over.CancelAsync();
        await Task.WhenAll(others);

        var keys = await ReadAllAsync(_a.Streams, shard);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"mine-{i:00}"), keys.Where(k => k != "other"));
    }

    [Fact]
    public async Task Large_appends_to_all_shards_at_once_are_all_stored_once()
    {
        var map = Assert.IsType<MapResult.Found>(await _a.Streams.MapAsync(s_stream, default)).Map;

        var replies = await Task.WhenAll(map.Open.SelectMany(s => new[] { _a, _b }.Select(
            node => node.Streams.AppendAsync(s_stream, s.Key, Block(4, 1 << 20), null, default))));

        Assert.All(replies, r => Assert.IsType<AppendReply.Appended>(r));
        foreach (var shard in map.Open) Assert.Equal(8, (await ReadAllAsync(_b.Streams, shard.Key)).Count);
    }

    [Fact]
    public async Task An_append_whose_shard_stops_between_its_chunks_is_refused_and_nothing_of_it_stored()
    {
        var shard = _remote[0];
        await _a.Streams.AppendAsync(s_stream, shard, Named("before", 10), null, default);
        var source = new Akka.TestKit.Xunit2.TestKit(_a.System).CreateTestProbe();
        var block = Block(3, ChunkBytes);
        source.Send(Regions.Of(_a.System, Regions.Shards), new OfferAppend(shard, block.Bytes.Length, block.Count));
        Answer((FetchChunk)await source.ReceiveOneAsync(s_answer));
        var rest = new List<FetchChunk>();
        for (var asked = ChunkBytes; asked < block.Bytes.Length; asked += ChunkBytes) rest.Add((FetchChunk)await source.ReceiveOneAsync(s_answer));

        await StopShardAsync(_b, shard);
        rest.ForEach(Answer);

        var refused = Assert.IsType<AppendReply.Refused>(await source.ReceiveOneAsync(s_answer));
        Assert.Equal(AppendError.NotReady, refused.Error);
        Assert.Equal(["before"], await ReadAllAsync(_a.Streams, shard));

        void Answer(FetchChunk fetch) => source.Reply(
            new BlockChunk(fetch.Offset, block.Bytes.Slice(fetch.Offset, Math.Min(ChunkBytes, block.Bytes.Length - fetch.Offset))));
    }

    [Fact]
    public async Task A_reader_on_the_other_node_reads_more_than_a_message_holds()
    {
        var shard = _remote[0];
        for (var i = 0; i < 20; i++) await _a.Streams.AppendAsync(s_stream, shard, Block(1, 100_000), null, default);

        var all = Assert.IsType<ReadResult.Records>(await _a.Streams.ReadAsync(shard, ShardPosition.TrimHorizon, 1_000, Large, TimeSpan.Zero, default));
        var some = Assert.IsType<ReadResult.Records>(await _a.Streams.ReadAsync(shard, ShardPosition.TrimHorizon, 1_000, 200_000, TimeSpan.Zero, default));

        Assert.Equal(20, Keys(all).Count);
        Assert.InRange(Keys(some).Count, 1, 2);
    }

    private static async Task StopShardAsync(ShardsHost host, ShardKey shard)
    {
        var region = Regions.Of(host.System, Regions.Shards);
        var bucket = new Regions.Extractor().ShardId(shard.PersistenceId);
        var entity = await host.System.ActorSelection(region.Path / bucket / shard.PersistenceId).ResolveOne(s_answer);
        var watcher = new Akka.TestKit.Xunit2.TestKit(host.System).CreateTestProbe();
        watcher.Watch(entity);
        entity.Tell(ShardActor.Drain.Instance);
        Assert.IsType<Terminated>(await watcher.ReceiveOneAsync(s_answer));
    }

    private static async Task<IEnumerable<ShardKey>> ShardsOfAsync(ShardsHost host)
    {
        var state = await Regions.Of(host.System, Regions.Shards).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(5));
        return state.Shards.SelectMany(s => s.EntityIds).Select(id => ShardKey.TryParse(id, out var key) ? key : throw new FormatException(id));
    }

    private static async Task<List<string>> ReadAllAsync(IStreams streams, ShardKey shard)
    {
        var keys = new List<string>();
        for (ShardPosition? from = ShardPosition.TrimHorizon; from is { } position;)
        {
            var read = Assert.IsType<ReadResult.Records>(await streams.ReadAsync(shard, position, 10_000, Large, TimeSpan.Zero, default));
            keys.AddRange(Keys(read));
            from = read.BehindMs == 0 ? null : read.Next;
        }
        return keys;
    }

    private static List<string> Keys(ReadResult.Records read)
    {
        var keys = new List<string>();
        foreach (var slice in read.Slices)
        {
            var records = slice.Batch.RecordsFrom(slice.FromIndex);
            for (var i = 0; i < slice.Count && records.MoveNext(); i++) keys.Add(Encoding.UTF8.GetString(records.Current.PartitionKey));
        }
        return keys;
    }

    private static RecordBlock Block(int records, int bytes)
    {
        var block = new RecordBlockBuilder(records * (bytes + 64));
        for (var i = 0; i < records; i++) block.Add(Encoding.UTF8.GetBytes($"key-{i}"), null, new byte[bytes]);
        return block.Build();
    }

    private static RecordBlock Named(string key, int bytes)
    {
        var block = new RecordBlockBuilder(bytes + 64);
        block.Add(Encoding.UTF8.GetBytes(key), null, new byte[bytes]);
        return block.Build();
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(20, limit.Token);
    }
}
