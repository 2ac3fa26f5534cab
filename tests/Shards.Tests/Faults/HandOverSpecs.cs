using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Shards.Tests.Faults;

[Trait("Kind", "slow")]
public sealed class HandOverSpecs(ITestOutputHelper output)
{
    [Fact]
    public async Task Five_shutdowns_under_load_lose_nothing_and_leave_nobody_waiting()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var options = new ShardOptions();
        var sent = new Sent();
        ShardKey[] shards = [];
        for (var round = 0; round < 5; round++)
        {
            var host = await ShardsHost.StartAsync(store.Options, options);
            shards = round == 0 ? await host.CreateAsync("orders", 8) : await host.ActiveAsync("orders");
            await sent.VerifyAsync(host.Streams, shards);
            using var stop = new CancellationTokenSource();
            var (enough, load) = (sent.Acknowledged + 300, host.LoadAsync(sent, shards, $"round{round}", stop.Token));
            await Expect.EventuallyAsync("load", 20, () => sent.Acknowledged > enough);

            var since = TimeProvider.System.GetTimestamp();
            await Expect.WithinAsync("the drained end of the host", 10, DisposeAsync(host));
            var took = TimeProvider.System.GetElapsedTime(since);
            await stop.CancelAsync();
            var longest = await Expect.WithinAsync("an answer to every append", 20, load);

            output.WriteLine($"Round {round}: down in {took.TotalSeconds:0.00} s, longest append {longest.TotalSeconds:0.00} s, {sent.Acknowledged} acknowledged");
            Assert.True(longest < options.AnswerTimeout + options.HoldPuts + TimeSpan.FromSeconds(1), $"An append took {longest}.");
        }
        await using var last = await ShardsHost.StartAsync(store.Options, options);
        await sent.VerifyAsync(last.Streams, shards);
    }

    private static async Task<bool> DisposeAsync(ShardsHost host)
    {
        await host.DisposeAsync();
        return true;
    }
}
