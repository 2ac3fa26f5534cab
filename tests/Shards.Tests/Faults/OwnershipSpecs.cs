using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;

namespace ActorStreams.Shards.Tests.Faults;

public sealed class OwnershipSpecs
{
    [Fact]
    public async Task A_new_owner_whose_first_write_loses_to_the_old_ones_last_tries_again_at_once()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var sent = new Sent();
        var shard = await OwnedTwiceAsync(store, sent);
        await using var host = await ShardsHost.StartAsync(store.Options, new ShardOptions { QueueBytesMax = 1 });
        using var file = new SqliteFile(store.Options);
        file.Execute("BEGIN IMMEDIATE");
        var first = sent.AppendAsync(host.Streams, shard, "first");
        // One waits for the write that takes the shard over, so a second is over the bound as soon as the shard has recovered.
        await Expect.EventuallyAsync("the shard recovered and taking itself over", 10, async () =>
            await Probe(sent, host, shard) is ShardProtocol.AppendReply.Refused { Error: ShardProtocol.AppendError.Overloaded });

        Assert.Equal(1, TakeOver(file, shard));
        file.Execute("COMMIT");
        await first;

        Assert.IsType<ShardProtocol.AppendReply.Appended>(await sent.AppendAsync(host.Streams, shard, "second"));
        await sent.VerifyAsync(host.Streams, [shard]);
    }

    [Fact]
    public async Task A_shard_that_another_took_while_its_actor_was_away_is_held_back_as_well()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var sent = new Sent();
        var shard = await OwnedTwiceAsync(store, sent);
        await using var host = await ShardsHost.StartAsync(store.Options, new ShardOptions { HoldPuts = TimeSpan.FromMilliseconds(100) });
        await sent.AppendAsync(host.Streams, shard, "own");
        // It ends without a hand-over, as after a write whose failure says nothing about other owners.
        var actor = await host.System.ActorSelection($"/system/sharding/{Regions.Shards}/*/{shard.PersistenceId}").ResolveOne(TimeSpan.FromSeconds(5));
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(5)));
        using (var file = new SqliteFile(store.Options)) Assert.Equal(1, TakeOver(file, shard));

        var refused = Assert.IsType<ShardProtocol.AppendReply.Refused>(await sent.AppendAsync(host.Streams, shard, "late"));

        Assert.Contains("does not take it back", refused.Detail, StringComparison.Ordinal);
    }

    /// <summary>What another owner writes first: the same as the second host wrote.</summary>
    private static int TakeOver(SqliteFile file, ShardKey shard) => file.Execute("""
        INSERT INTO journal (created, deleted, persistence_id, sequence_number, manifest, identifier, writer_uuid, message)
        SELECT created, 0, persistence_id, (SELECT max(sequence_number) + 1 FROM journal WHERE persistence_id = @id), manifest, identifier, 'other', message
        FROM journal WHERE persistence_id = @id AND manifest = 'EW1' ORDER BY sequence_number LIMIT 1
        """, ("@id", shard.PersistenceId));

    private static Task<ShardProtocol.AppendReply> Probe(Sent sent, ShardsHost host, ShardKey shard) =>
        sent.AppendAsync(host.Streams, shard, $"probe-{Guid.NewGuid()}");

    private static async Task<ShardKey> OwnedTwiceAsync(TestStore store, Sent sent)
    {
        ShardKey shard;
        await using (var first = await ShardsHost.StartAsync(store.Options))
        {
            shard = (await first.CreateAsync("orders", 1))[0];
        }
        await using var second = await ShardsHost.StartAsync(store.Options);
        await sent.AppendAsync(second.Streams, shard, "before");
        return shard;
    }
}
