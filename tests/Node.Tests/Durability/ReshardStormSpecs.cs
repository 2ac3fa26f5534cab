using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Durability;

/// <summary>The real executable under load, resharded from one count of shards to the next and killed in between.</summary>
[Trait("Speed", "Slow")]
public sealed class ReshardStormSpecs(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task One_to_eight_to_three_to_sixteen_to_two_shards_with_crashes_in_between_keeps_order_and_counts()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var node = NodeProcess.Start(folder.Folder("data"), settings: AnomalyPipeline.Settings);
        try
        {
            await node.ReadyAsync();
            using var client = new KinesisHttp(node.Endpoint);
            await client.CreateStreamAsync(AnomalyPipeline.Source, 1);
            await client.ActiveAsync(AnomalyPipeline.Output);
            await client.ActiveAsync(AnomalyPipeline.DeadLetters);
            var load = new RecordedLoad(client, AnomalyPipeline.Source, writers: 4, recordsPerSend: 10);
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            output.WriteLine($"Seed of the times between a reshard and its kill: {seed}");
            foreach (var (shards, isKilled) in ((int, bool)[])[(8, false), (3, true), (16, true), (2, false)])
            {
                var (failed, unanswered) = (load.FailedRecords, load.UnansweredSends);
                using var stop = new CancellationTokenSource();
                var writing = load.RunAsync(stop.Token);
                await AcknowledgedAsync(load, load.AcknowledgedCount + 200);
                await ScaleAsync(client, shards);
                if (isKilled)
                {
                    await Task.Delay(random.Next(0, 300));
                    await node.KillAsync();
                    await stop.CancelAsync();
                    await writing;
                    await node.DisposeAsync();
                    node = node.Restart();
                    await node.ReadyAsync();
                    await client.ActiveAsync(AnomalyPipeline.Source);
                }
                else
                {
                    await client.ActiveAsync(AnomalyPipeline.Source);
                    await AcknowledgedAsync(load, load.AcknowledgedCount + 200);
                    await stop.CancelAsync();
                    await writing;
                    // A producer does not notice a reshard.
                    Assert.Equal((failed, unanswered), (load.FailedRecords, load.UnansweredSends));
                }

                var stored = await client.ReadAllAsync(AnomalyPipeline.Source);
                Assert.Empty(load.Differences(stored));
                Assert.Equal(shards, await OpenShardsAsync(client));
                output.WriteLine($"{shards} shards: {load.AcknowledgedCount} of {load.SentCount} sent records acknowledged, {stored.Count} stored");
            }

            var source = await client.ReadAllAsync(AnomalyPipeline.Source);
            var expected = AnomalyPipeline.Expected(source);
            var alerts = await AnomalyPipeline.SettledAsync(client, expected.Count);
            output.WriteLine($"{source.Count} records, {alerts.Count} alerts");
            Assert.NotEmpty(expected);
            Assert.Empty(AnomalyPipeline.Differences(source, alerts));
            Assert.Empty(await client.ReadAllAsync(AnomalyPipeline.DeadLetters));
        }
        finally
        {
            output.WriteLine($"The node {(node.HasExited ? "has ended" : "runs")}; its output:\n{node.Output}");
            await node.DisposeAsync();
        }
    }

    private static async Task ScaleAsync(KinesisHttp client, int shards) => (await client.CallAsync(
        "UpdateShardCount",
        new JsonObject { ["StreamName"] = AnomalyPipeline.Source, ["TargetShardCount"] = shards, ["ScalingType"] = "UNIFORM_SCALING" })).Expect();

    private static async Task<int> OpenShardsAsync(KinesisHttp client) =>
        (int)(await client.CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = AnomalyPipeline.Source }))
            .Expect()["StreamDescriptionSummary"]!["OpenShardCount"]!;

    private static async Task AcknowledgedAsync(RecordedLoad load, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (load.AcknowledgedCount < count) await Task.Delay(5, limit.Token);
    }
}
