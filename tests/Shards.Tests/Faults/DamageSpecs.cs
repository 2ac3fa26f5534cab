using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;

namespace ActorStreams.Shards.Tests.Faults;

public sealed class DamageSpecs
{
    private static readonly ShardOptions s_noTail = new() { TailBytesMax = 0 };

    [Fact]
    public async Task A_damaged_batch_is_named_and_not_served_and_what_lies_beyond_it_is()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var host = await ShardsHost.StartAsync(store.Options, s_noTail);
        var sent = new Sent();
        var shard = (await host.CreateAsync("orders", 1))[0];
        for (var i = 0; i < 3; i++) await sent.AppendAsync(host.Streams, shard, $"record-{i}");
        var row = await FlipByteAsync(store, shard, 1);

        var before = await ReadAsync(host, shard, new ShardPosition(row - 1, 0));
        var damaged = await ReadAsync(host, shard, new ShardPosition(row, 0));
        var beyond = await ReadAsync(host, shard, new ShardPosition(row + 1, 0));

        Assert.Equal(new ShardPosition(row - 1, 1), Assert.IsType<ReadResult.Records>(before).Next);
        var damage = Assert.IsType<ReadResult.Damaged>(damaged);
        Assert.Equal(row, damage.Row);
        Assert.Contains($"row {row}", damage.Detail, StringComparison.Ordinal);
        Assert.Equal(row + 1, Assert.Single(Assert.IsType<ReadResult.Records>(beyond).Slices).Batch.Row);
    }

    [Fact]
    public async Task A_shard_that_meets_a_damaged_batch_when_it_recovers_says_so_and_others_serve()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var sent = new Sent();
        ShardKey[] shards;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_noTail))
        {
            shards = await host.CreateAsync("orders", 2);
            foreach (var shard in shards) await sent.AppendAsync(host.Streams, shard, $"record-{shard.Shard}");
        }
        var row = await FlipByteAsync(store, shards[0], 0);
        using (var file = new SqliteFile(store.Options)) file.Execute("DELETE FROM snapshot WHERE persistence_id = @id", ("@id", shards[0].PersistenceId));

        await using var again = await ShardsHost.StartAsync(store.Options, new ShardOptions { HoldPuts = TimeSpan.FromMilliseconds(300) });
        var errors = again.Errors();
        var append = await sent.AppendAsync(again.Streams, shards[0], "more-0");
        var read = await ReadAsync(again, shards[0], ShardPosition.TrimHorizon);

        var refused = Assert.IsType<ShardProtocol.AppendReply.Refused>(append);
        Assert.Equal(ShardProtocol.AppendError.NotReady, refused.Error);
        Assert.Contains($"row {row}", refused.Detail, StringComparison.Ordinal);
        Assert.Contains($"row {row}", Assert.IsType<ReadResult.Unavailable>(read).Detail, StringComparison.Ordinal);
        await Expect.EventuallyAsync("an error in the log", 5, () => !errors.IsEmpty);
        Assert.Contains(errors, e => e.Contains(shards[0].ToString(), StringComparison.Ordinal) && e.Contains($"row {row}", StringComparison.Ordinal));
        Assert.IsType<ShardProtocol.AppendReply.Appended>(await sent.AppendAsync(again.Streams, shards[1], "more-1"));
        Assert.Single(errors);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_read_falls_back_to_the_older_one_and_says_so()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var options = new ShardOptions { SnapshotRowsMax = 10, DeleteRowsStep = 5 };
        var sent = new Sent();
        ShardKey shard;
        long trimmedTo;
        await using (var host = await ShardsHost.StartAsync(store.Options, options))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            for (var i = 0; i < 45; i++) await new Sent().AppendAsync(host.Streams, shard, $"old-{i}");
            trimmedTo = Assert.IsType<ShardProtocol.TrimReply.Trimmed>(await host.TrimAsync(shard, DateTimeOffset.UtcNow.AddHours(1))).TrimmedToRow;
            for (var i = 0; i < 25; i++) await sent.AppendAsync(host.Streams, shard, $"new-{i}");
            await Expect.EventuallyAsync("trimmed rows deleted", 10, async () => await LowestRowAsync(host, shard) > trimmedTo);
        }
        using (var file = new SqliteFile(store.Options))
        {
            Assert.InRange(file.Scalar<int>("SELECT count(*) FROM snapshot WHERE persistence_id = @id", ("@id", shard.PersistenceId)), 2, 3);
            var garbage = Enumerable.Repeat((byte)0xFF, 60).ToArray();
            Assert.Equal(1, file.Execute(
                "UPDATE snapshot SET snapshot = @garbage WHERE persistence_id = @id AND sequence_number = (SELECT max(sequence_number) FROM snapshot WHERE persistence_id = @id)",
                ("@garbage", garbage), ("@id", shard.PersistenceId)));
        }

        await using var again = await ShardsHost.StartAsync(store.Options, options);
        var errors = again.Errors();

        Assert.IsType<ShardProtocol.AppendReply.Appended>(await sent.AppendAsync(again.Streams, shard, "after"));
        await sent.VerifyAsync(again.Streams, [shard]);
        Assert.Equal(trimmedTo, Assert.IsType<BoundsResult.Found>(await again.Streams.BoundsAsync(shard, CancellationToken.None)).Bounds.TrimmedToRow);
        await Expect.EventuallyAsync("an error in the log", 5, () => !errors.IsEmpty);
        Assert.Contains("snapshot", Assert.Single(errors), StringComparison.Ordinal);

        // The older snapshot and the rows behind it go as new ones come; the next recovery in the same process goes by these.
        var later = new Sent();
        trimmedTo = Assert.IsType<ShardProtocol.TrimReply.Trimmed>(await again.TrimAsync(shard, DateTimeOffset.UtcNow.AddHours(1))).TrimmedToRow;
        for (var i = 0; i < 25; i++) await later.AppendAsync(again.Streams, shard, $"later-{i}");
        await Expect.EventuallyAsync("trimmed rows deleted", 10, async () => await LowestRowAsync(again, shard) > trimmedTo);
        again.System.ActorSelection($"/system/sharding/{Regions.Shards}/*/{shard.PersistenceId}").Tell(PoisonPill.Instance);
        Assert.IsType<ShardProtocol.AppendReply.Appended>(await later.AppendAsync(again.Streams, shard, "after-the-stop"));
        await later.VerifyAsync(again.Streams, [shard]);
    }

    [Fact]
    public async Task A_catalogue_whose_snapshot_cannot_be_read_goes_by_its_events()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using (var host = await ShardsHost.StartAsync(store.Options))
        {
            // Three events each at least: registered, activated, deleting.
            for (var i = 0; i < 70; i++)
            {
                await host.CreateAsync($"orders-{i}", 1);
                if (i % 2 == 0) await host.Streams.DeleteStreamAsync(new StreamId(FaultHost.Region, $"orders-{i}"), CancellationToken.None);
            }
        }
        using (var file = new SqliteFile(store.Options))
            Assert.Equal(1, file.Execute("UPDATE snapshot SET snapshot = x'ffffffffff' WHERE persistence_id LIKE 'catalogue-%'"));

        await using var again = await ShardsHost.StartAsync(store.Options);

        var page = Assert.IsType<ListStreamsResult.Page>(await again.Streams.ListStreamsAsync(FaultHost.Region, null, 100, CancellationToken.None));
        Assert.Equal(35, page.Streams.Count(s => s.Status == StreamStatus.Active));
    }

    private static Task<ReadResult> ReadAsync(ShardsHost host, ShardKey shard, ShardPosition from) =>
        host.Streams.ReadAsync(shard, from, 1, 1 << 20, TimeSpan.Zero, CancellationToken.None);

    private static async Task<long> LowestRowAsync(ShardsHost host, ShardKey shard) =>
        (await host.Store.Journal.HeaderAtOrAfterAsync(shard.PersistenceId, "RA1", 1, long.MaxValue, 1, CancellationToken.None))!.Value.Row;

    /// <summary>Damages one of the shard's batches, by its ordinal, in the middle of its payload; answers its row.</summary>
    private static async Task<long> FlipByteAsync(TestStore store, ShardKey shard, int ordinal)
    {
        var rows = await store.Store.Journal.ReadAsync(shard.PersistenceId, "RA1", 1, long.MaxValue, 100, long.MaxValue, CancellationToken.None);
        var payload = rows[ordinal].Payload.ToArray();
        payload[payload.Length - 2] ^= 0x10;
        using var file = new SqliteFile(store.Options);
        Assert.Equal(1, file.Execute("UPDATE journal SET message = @payload WHERE persistence_id = @id AND sequence_number = @row",
            ("@payload", payload), ("@id", shard.PersistenceId), ("@row", rows[ordinal].Row)));
        return rows[ordinal].Row;
    }
}
