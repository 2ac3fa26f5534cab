using System.Collections.Immutable;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Faults;
using ActorStreams.TestKit;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Encryption;

/// <summary>Records sealed at rest, on real stores.</summary>
public sealed class EncryptedShardSpecs
{
    private static readonly ShardOptions s_noTail = new() { TailBytesMax = 0, HoldPuts = TimeSpan.FromMilliseconds(200) };
    private static readonly EncryptionKeys s_keys = Ring(("one", 1), ("two", 2));

    [Fact]
    public async Task Nothing_of_a_sealed_record_is_in_the_files_of_the_store()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using (var host = await ShardsHost.StartAsync(store.Options, keys: s_keys))
        {
            var shard = (await host.CreateAsync("orders", 1))[0];
            await AppendAsync(host, shard, "clear-key", "clear-data");
            await EncryptAsync(host, shard, "one");
            for (var i = 0; i < 20; i++) await AppendAsync(host, shard, $"secret-key-{i}", $"secret-data-{i}");

            AssertClearAndNoSecret(store);
        }
        AssertClearAndNoSecret(store);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, 0)]
    [InlineData(StoreKind.Sqlite, 1 << 20)]
    [InlineData(StoreKind.Postgres, 0)]
    public async Task Records_are_read_across_changes_of_the_key_and_say_which_were_sealed(StoreKind kind, int tailBytes)
    {
        await using var store = await TestStore.CreateAsync(kind);
        await using var host = await ShardsHost.StartAsync(store.Options, s_noTail with { TailBytesMax = tailBytes }, keys: s_keys);
        var shard = (await host.CreateAsync("orders", 1))[0];
        var sent = new Sent();

        foreach (var key in (string?[])[null, "one", "two", null, "one"])
        {
            await EncryptAsync(host, shard, key);
            await sent.AppendAsync(host.Streams, shard, $"{key}-a-{sent.Acknowledged}");
            await sent.AppendAsync(host.Streams, shard, $"{key}-b-{sent.Acknowledged}");
        }

        await sent.VerifyAsync(host.Streams, [shard]);
        Assert.Equal([null, null, "one", "one", "two", "two", null, null, "one", "one"], (await BatchesAsync(host, shard)).Select(b => b.KeyName));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_shard_recovers_without_its_key_and_serves_with_it(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var sent = new Sent();
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_noTail, keys: s_keys))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            var clear = Assert.IsType<AppendReply.Appended>(await sent.AppendAsync(host.Streams, shard, "clear"));
            await EncryptAsync(host, shard, "one");
            await Expect.EventuallyAsync("the next millisecond", 5, () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > clear.ArrivalMs);
            await sent.AppendAsync(host.Streams, shard, "sealed");
        }

        await using (var without = await ShardsHost.StartAsync(store.Options, s_noTail, keys: Ring(("two", 2))))
        {
            await AssertUnusableAsync(without, shard, new UnusableKey("one", IsConfigured: false));
            Assert.Contains("'one'", Assert.IsType<AppendReply.Refused>(await sent.AppendAsync(without.Streams, shard, "refused")).Detail, StringComparison.Ordinal);
        }
        await using (var wrong = await ShardsHost.StartAsync(store.Options, s_noTail, keys: Ring(("one", 9))))
        {
            var errors = wrong.Errors();
            await AssertUnusableAsync(wrong, shard, new UnusableKey("one", IsConfigured: true));
            Assert.Equal(AppendError.NotReady, Assert.IsType<AppendReply.Refused>(await sent.AppendAsync(wrong.Streams, shard, "refused-too")).Error);
            await Expect.EventuallyAsync("an error in the log", 5, () => !errors.IsEmpty);
            Assert.Single(errors);
            await EncryptAsync(wrong, shard, "one");
            Assert.IsType<AppendReply.Refused>(await sent.AppendAsync(wrong.Streams, shard, "refused-again"));
        }
        await using var with = await ShardsHost.StartAsync(store.Options, s_noTail, keys: s_keys);
        await sent.AppendAsync(with.Streams, shard, "more");
        await sent.VerifyAsync(with.Streams, [shard]);
        Assert.Equal([null, "one", "one"], (await BatchesAsync(with, shard)).Select(b => b.KeyName));
    }

    [Fact]
    public async Task The_key_of_a_shard_is_in_its_snapshot()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var options = s_noTail with { SnapshotRowsMax = 10 };
        var sent = new Sent();
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options, options, keys: s_keys))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            await EncryptAsync(host, shard, "two");
            for (var i = 0; i < 25; i++) await sent.AppendAsync(host.Streams, shard, $"sealed-{i}");
        }

        await using var again = await ShardsHost.StartAsync(store.Options, options, keys: s_keys);
        await sent.AppendAsync(again.Streams, shard, "after");

        await sent.VerifyAsync(again.Streams, [shard]);
        Assert.All(await BatchesAsync(again, shard), batch => Assert.Equal("two", batch.KeyName));
    }

    [Fact]
    public async Task Setting_the_same_key_again_writes_nothing()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, s_noTail, keys: s_keys);
        var shard = (await host.CreateAsync("orders", 1))[0];
        await EncryptAsync(host, shard, "one");
        var row = await host.Store.Journal.HighestRowAsync(shard.PersistenceId, CancellationToken.None);

        await EncryptAsync(host, shard, "one");

        Assert.Equal(row, await host.Store.Journal.HighestRowAsync(shard.PersistenceId, CancellationToken.None));
        Assert.IsType<EncryptReply.Refused>(await AskAsync(host, shard with { Shard = 99 }, "one"));
    }

    [Fact]
    public async Task A_shard_that_is_opened_with_a_key_seals_from_its_first_record_on()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, s_noTail, keys: s_keys);
        var shard = new ShardKey(FaultHost.Region, new Incarnation(77), 3);
        Assert.IsType<OpenReply.Opened>(await Regions.Of(host.System, Regions.Shards).Ask<OpenReply>(
            new Open(shard, HashKeyRange.Whole, 1, [], 0, [], "two"), TimeSpan.FromSeconds(10)));
        var sent = new Sent();

        await sent.AppendAsync(host.Streams, shard, "first");

        await sent.VerifyAsync(host.Streams, [shard]);
        Assert.Equal("two", Assert.Single(await BatchesAsync(host, shard)).KeyName);
    }

    [Fact]
    public async Task A_stream_is_encrypted_changed_split_and_stopped_shard_by_shard()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, s_noTail, keys: s_keys);
        var stream = new StreamId(FaultHost.Region, "orders");
        var parents = await host.CreateAsync("orders", 2);
        var sent = new Sent();

        await ChangeAsync(new StreamChange.SetEncryption("alias/one"));
        foreach (var shard in parents) await sent.AppendAsync(host.Streams, shard, $"one-{shard.Shard}");
        await ChangeAsync(new StreamChange.SetEncryption("arn:aws:kms:eu-test-1:123456789012:key/two"));
        foreach (var shard in parents) await sent.AppendAsync(host.Streams, shard, $"two-{shard.Shard}");
        await ChangeAsync(new StreamChange.Scale(4));
        var children = await host.ActiveAsync("orders");
        foreach (var shard in children) await sent.AppendAsync(host.Streams, shard, $"child-{shard.Shard}");
        await ChangeAsync(new StreamChange.SetEncryption(null));
        foreach (var shard in children) await sent.AppendAsync(host.Streams, shard, $"clear-{shard.Shard}");

        await sent.VerifyAsync(host.Streams, [.. parents, .. children]);
        foreach (var shard in parents) Assert.Equal(["one", "two"], (await BatchesAsync(host, shard)).Select(b => b.KeyName));
        foreach (var shard in children) Assert.Equal(["two", null], (await BatchesAsync(host, shard)).Select(b => b.KeyName));

        async Task ChangeAsync(StreamChange change)
        {
            Assert.IsType<UpdateStreamResult.Updated>(await host.Streams.UpdateStreamAsync(stream, change, isCompat: false, CancellationToken.None));
            await Expect.EventuallyAsync("an ACTIVE stream", 20, async () =>
                await host.Streams.DescribeStreamAsync(stream, CancellationToken.None) is DescribeStreamResult.Found { Stream.Status: StreamStatus.Active });
        }
    }

    private static EncryptionKeys Ring(params (string Name, byte Fill)[] keys) => EncryptionKeys.Load(new EncryptionOptions
    {
        Keys = keys.ToImmutableSortedDictionary(k => k.Name, k => Convert.ToBase64String([.. Enumerable.Repeat(k.Fill, EncryptionKeys.KeyBytes)])),
    });

    private static async Task EncryptAsync(ShardsHost host, ShardKey shard, string? key) =>
        Assert.Equal(new EncryptReply.Encrypted(shard, key), await AskAsync(host, shard, key));

    private static Task<EncryptReply> AskAsync(ShardsHost host, ShardKey shard, string? key) =>
        Regions.Of(host.System, Regions.Shards).Ask<EncryptReply>(new Encrypt(shard, key), TimeSpan.FromSeconds(10));

    private static async Task AppendAsync(ShardsHost host, ShardKey shard, string key, string data)
    {
        var block = new RecordBlockBuilder();
        block.Add(Encoding.UTF8.GetBytes(key), null, Encoding.UTF8.GetBytes(data));
        Assert.IsType<AppendReply.Appended>(
            await host.Streams.AppendAsync(new StreamId(shard.Region, "any"), shard, block.Build(), null, CancellationToken.None));
    }

    /// <summary>What is in clear before the sealed batch is given out; the sealed one is not, nor skipped, by position and by time alike.</summary>
    private static async Task AssertUnusableAsync(ShardsHost host, ShardKey shard, UnusableKey key)
    {
        var first = Assert.IsType<ReadResult.Records>(await ReadAsync(host, shard, ShardPosition.TrimHorizon));
        var next = Assert.Single(first.Slices).Batch.IsSealed ? throw new InvalidOperationException("The first batch is in clear.") : first.Next!.Value;

        Assert.Equal(key, Assert.IsType<ReadResult.KeyUnavailable>(await ReadAsync(host, shard, next)).Key);
        var at = first.Bounds.TipArrivalMs;
        Assert.Equal(key, Assert.IsType<PositionResult.KeyUnavailable>(
            await host.Streams.PositionAtAsync(shard, DateTimeOffset.FromUnixTimeMilliseconds(at), CancellationToken.None)).Key);
    }

    private static Task<ReadResult> ReadAsync(ShardsHost host, ShardKey shard, ShardPosition from) =>
        host.Streams.ReadAsync(shard, from, 1_000, 4 << 20, TimeSpan.Zero, CancellationToken.None);

    private static async Task<IEnumerable<RecordBatch>> BatchesAsync(ShardsHost host, ShardKey shard)
    {
        var read = Assert.IsType<ReadResult.Records>(await ReadAsync(host, shard, ShardPosition.TrimHorizon));
        return read.Slices.Select(s => s.Batch);
    }

    private static void AssertClearAndNoSecret(TestStore store)
    {
        var isClearFound = false;
        foreach (var path in Directory.EnumerateFiles(store.Options.DataDirectory, "*", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            isClearFound |= bytes.AsSpan().IndexOf("clear-data"u8) >= 0;
            Assert.Equal((path, -1, -1), (path, bytes.AsSpan().IndexOf("secret-data"u8), bytes.AsSpan().IndexOf("secret-key"u8)));
        }
        Assert.True(isClearFound, "What was put in clear must be found, or the search proves nothing.");
    }
}
