using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>What a shard stored of a call is known after its recovery too: from the rows that it replays, and from those before its snapshot.</summary>
public sealed class RepeatedCallSpecs
{
    private const int Calls = 60;
    private static readonly ShardOptions s_options = new() { SnapshotRowsMax = 20 };

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_repeat_after_a_recovery_is_answered_as_at_first(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        ShardKey shard;
        AppendReply[] first;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_options))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            first = await AppendAllAsync(host, shard, mayBeRepeat: false, inTurn: true);
        }

        await using var again = await ShardsHost.StartAsync(store.Options, s_options);
        var second = await AppendAllAsync(again, shard, mayBeRepeat: true, inTurn: false);

        Assert.Equal(first.Select(Told), second.Select(Told));
        Assert.All(second, reply => Assert.True(((AppendReply.Appended)reply).IsRepeat));
        Assert.Equal(Calls, (await Sent.RecordsAsync(again.Streams, shard)).Count);
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Rows_with_more_calls_than_one_look_reads_are_read_whole(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        ShardKey shard;
        AppendReply[] first;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_options))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            // At once, so that they share rows; each takes 276 bytes of one.
            first = await AppendAllAsync(host, shard, mayBeRepeat: false, inTurn: false, entryBytes: CallEntries.BytesMax);
            Assert.True(first.Cast<AppendReply.Appended>().GroupBy(a => a.Row).Max(row => row.Count()) > 4_096 / 276, "No row is large enough to show it.");
        }

        await using var again = await ShardsHost.StartAsync(store.Options, s_options);
        var second = await AppendAllAsync(again, shard, mayBeRepeat: true, inTurn: false, entryBytes: CallEntries.BytesMax);

        Assert.Equal(first.Select(Told), second.Select(Told));
    }

    [Fact]
    public async Task A_first_try_after_a_recovery_is_stored_without_a_look_at_what_was_before()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_options))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            await AppendAllAsync(host, shard, mayBeRepeat: false, inTurn: true);
        }

        await using var again = await ShardsHost.StartAsync(store.Options, s_options);
        // Recovered and owned by the time the append comes.
        Assert.IsType<BoundsResult.Found>(await again.Streams.BoundsAsync(shard, CancellationToken.None));
        // One that says it is the first and is not: it shows that nobody looked.
        var reply = Assert.IsType<AppendReply.Appended>(await AppendAsync(again, shard, 1, mayBeRepeat: false));

        Assert.False(reply.IsRepeat);
        Assert.Equal(Calls + 1, (await Sent.RecordsAsync(again.Streams, shard)).Count);
    }

    [Fact]
    public async Task A_call_is_forgotten_when_its_window_is_over_and_not_before_after_a_recovery_too()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000));
        ShardKey shard;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_options, time))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            await AppendAllAsync(host, shard, mayBeRepeat: false, inTurn: true);
            time.Advance(TimeSpan.FromMilliseconds(1));
            // Later than the others, so that those leave the window before the rows of the snapshot do.
            await AppendAsync(host, shard, Calls, mayBeRepeat: false);
        }

        time.Advance(s_options.RetryWindow - TimeSpan.FromMilliseconds(1));
        await using (var again = await ShardsHost.StartAsync(store.Options, s_options, time))
            Assert.True(Assert.IsType<AppendReply.Appended>(await AppendAsync(again, shard, 0, mayBeRepeat: true)).IsRepeat);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await using var later = await ShardsHost.StartAsync(store.Options, s_options, time);
        Assert.True(Assert.IsType<AppendReply.Appended>(await AppendAsync(later, shard, Calls, mayBeRepeat: true)).IsRepeat);
        Assert.False(Assert.IsType<AppendReply.Appended>(await AppendAsync(later, shard, 0, mayBeRepeat: true)).IsRepeat);
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_closed_shard_tells_after_a_recovery_what_it_stored(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        ShardKey shard;
        AppendReply[] first;
        await using (var host = await ShardsHost.StartAsync(store.Options, s_options))
        {
            shard = (await host.CreateAsync("orders", 1))[0];
            first = await AppendAllAsync(host, shard, mayBeRepeat: false, inTurn: true);
            var split = new StreamChange.Split(0, UInt128.One << 127);
            Assert.IsType<UpdateStreamResult.Updated>(
                await host.Streams.UpdateStreamAsync(new StreamId(FaultHost.Region, "orders"), split, isCompat: false, CancellationToken.None));
            await Expect.EventuallyAsync("the children", 20, async () =>
                await host.Streams.DescribeStreamAsync(new StreamId(FaultHost.Region, "orders"), CancellationToken.None) is DescribeStreamResult.Found { Stream.OpenShards: 2 });
        }

        await using var again = await ShardsHost.StartAsync(store.Options, s_options);
        var found = Assert.IsType<FindCallsReply.Found>(await again.Streams.FindCallsAsync(shard, 1, CancellationToken.None));
        var none = Assert.IsType<FindCallsReply.Found>(await again.Streams.FindCallsAsync(shard, 10_000, CancellationToken.None));
        var repeat = await AppendAsync(again, shard, 1, mayBeRepeat: true);

        Assert.Equal((true, true), (found.IsClosed, none.IsClosed));
        Assert.Empty(none.Blocks);
        Assert.Equal(((AppendReply.Appended)first[1]).Row, Assert.Single(found.Blocks).Row);
        Assert.Equal(Told(first[1]), Told(repeat));
        Assert.Equal(AppendError.Closed, Assert.IsType<AppendReply.Refused>(await AppendAsync(again, shard, 10_000, mayBeRepeat: true)).Error);
    }

    private static object Told(AppendReply reply) => Assert.IsType<AppendReply.Appended>(reply) with { IsRepeat = false };

    private static async Task<AppendReply[]> AppendAllAsync(ShardsHost host, ShardKey shard, bool mayBeRepeat, bool inTurn, int entryBytes = 0)
    {
        if (!inTurn) return await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => AppendAsync(host, shard, call, mayBeRepeat, entryBytes)));
        var replies = new List<AppendReply>();
        for (var call = 0; call < Calls; call++) replies.Add(await AppendAsync(host, shard, call, mayBeRepeat, entryBytes));
        return [.. replies];
    }

    private static Task<AppendReply> AppendAsync(ShardsHost host, ShardKey shard, int call, bool mayBeRepeat, int entryBytes = 0)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, BitConverter.GetBytes(call));
        var entries = Enumerable.Repeat((byte)0x55, entryBytes).ToArray();
        return host.Streams.AppendAsync(
            new StreamId(shard.Region, "any"), shard, block.Build(), null, new CallToken((UInt128)call, new CallEntries(entries), 0, mayBeRepeat), CancellationToken.None);
    }
}
