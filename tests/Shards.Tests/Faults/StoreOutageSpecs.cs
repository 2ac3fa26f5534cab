using System.Diagnostics;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>The store goes away under load and comes back.</summary>
[Trait("Kind", "slow")]
public sealed class StoreOutageSpecs(ITestOutputHelper output)
{
    private const int Shards = 32;
    private const double WritableAgainSeconds = 5;

    [SkippableFact]
    public async Task After_a_crash_of_PostgreSQL_every_shard_is_writable_again_within_five_seconds()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var options = new StoreOptions { ConnectionString = await server.CreateDatabaseAsync() };
        await OutageAsync(options, server.CrashAsync, server.ResumeAsync);
    }

    [SkippableFact]
    public async Task After_a_full_disk_every_shard_is_writable_again_within_five_seconds_of_the_space()
    {
        using var disk = SmallDisk.Mount();
        var filler = Path.Combine(disk.Folder, "filler");
        await OutageAsync(
            new StoreOptions { DataDirectory = disk.Folder },
            () => disk.FillAsync(filler),
            () =>
            {
                File.Delete(filler);
                return Task.CompletedTask;
            });
    }

    private async Task OutageAsync(StoreOptions options, Func<Task> fail, Func<Task> restore)
    {
        var sent = new Sent();
        ShardKey[] shards;
        await using (var host = await ShardsHost.StartAsync(options))
        {
            shards = await host.CreateAsync("orders", Shards);
            await host.CreateAsync("doomed", 1);
            using var stop = new CancellationTokenSource();
            var load = host.LoadAsync(sent, shards, "load", stop.Token);
            await Expect.EventuallyAsync("load", 20, () => shards.All(s => sent.AcknowledgedOf(s) > 5));

            await fail();
            var creates = 0;
            var (before, failedAt) = (sent.Acknowledged, TimeProvider.System.GetTimestamp());
            await Expect.EventuallyAsync("refusals", 20, () => sent.Refusals.Count() >= Shards);
            // What is small may find room on a disk that has none for others.
            await Expect.EventuallyAsync("a create that is refused", 20, async () => await Expect.WithinAsync("an answer to a create", 20,
                host.Streams.CreateStreamAsync(new StreamId(FaultHost.Region, $"new{creates++}"), 2, StreamConfiguration.Provisioned, CancellationToken.None))
                is CreateStreamResult.Unavailable);
            var delete = await Expect.WithinAsync("an answer to a delete", 20,
                host.Streams.DeleteStreamAsync(new StreamId(FaultHost.Region, "doomed"), CancellationToken.None));
            Assert.IsType<DeleteStreamResult.Unavailable>(delete);
            output.WriteLine($"Away for {TimeProvider.System.GetElapsedTime(failedAt).TotalSeconds:0.0} s; acknowledged meanwhile: {sent.Acknowledged - before}");

            await restore();
            await AssertWritableAgainAsync(host, shards, sent);
            await stop.CancelAsync();
            var longest = await Expect.WithinAsync("an answer to every append", 20, load);
            output.WriteLine($"{sent.Acknowledged} acknowledged, {sent.Refusals.Count()} refused, longest wait {longest.TotalSeconds:0.0} s");
            Assert.True(longest < TimeSpan.FromSeconds(14), $"An append waited {longest}.");
            await CreateAndDeleteWorkAsync(host, $"new{creates - 1}");
        }

        await using var again = await ShardsHost.StartAsync(options);
        await sent.VerifyAsync(again.Streams, shards);
    }

    private async Task AssertWritableAgainAsync(ShardsHost host, ShardKey[] shards, Sent sent)
    {
        var watch = Stopwatch.StartNew();
        var times = await Task.WhenAll(shards.Select(async shard =>
        {
            for (var i = 0; await sent.AppendAsync(host.Streams, shard, $"again-{shard.Shard}-{i}") is not ShardProtocol.AppendReply.Appended; i++)
                Assert.True(watch.Elapsed.TotalSeconds < WritableAgainSeconds, $"{shard} is not writable after {watch.Elapsed}.");
            return watch.Elapsed;
        }));
        output.WriteLine($"Writable again after {times.Min().TotalSeconds:0.00} to {times.Max().TotalSeconds:0.00} s");
        Assert.InRange(times.Max().TotalSeconds, 0, WritableAgainSeconds);
    }

    private static async Task CreateAndDeleteWorkAsync(ShardsHost host, string name)
    {
        // The outcome of what was asked in the outage is unknown: it may have been done.
        var created = await host.Streams.CreateStreamAsync(new StreamId(FaultHost.Region, name), 2, StreamConfiguration.Provisioned, CancellationToken.None);
        Assert.True(created is CreateStreamResult.Created or CreateStreamResult.AlreadyExists, created.ToString());
        await host.ActiveAsync(name);
        var doomed = new StreamId(FaultHost.Region, "doomed");
        var deleted = await host.Streams.DeleteStreamAsync(doomed, CancellationToken.None);
        Assert.True(deleted is DeleteStreamResult.Deleting or DeleteStreamResult.InUse or DeleteStreamResult.NotFound, deleted.ToString());
        await Expect.EventuallyAsync("the deleted stream gone", 10, async () =>
            await host.Streams.DescribeStreamAsync(doomed, CancellationToken.None) is DescribeStreamResult.NotFound);
    }
}
