using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Durability;

/// <summary>The real executable, killed in the middle of its work, on one data folder.</summary>
[Trait("Speed", "Slow")]
public sealed class KillSpecs(ITestOutputHelper output)
{
    private const int Kills = 20;

    [SkippableFact]
    public async Task Kill_minus_nine_twenty_times_loses_and_repeats_nothing_and_the_pipeline_counts_each_record_once()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var node = NodeProcess.Start(folder.Folder("data"), settings: AnomalyPipeline.Settings);
        try
        {
            await node.ReadyAsync();
            using var client = new KinesisHttp(node.Endpoint);
            await client.CreateStreamAsync(AnomalyPipeline.Source, 3);
            await client.ActiveAsync(AnomalyPipeline.Output);
            await client.ActiveAsync(AnomalyPipeline.DeadLetters);
            var load = new RecordedLoad(client, AnomalyPipeline.Source, writers: 4, recordsPerSend: 10);
            var seed = Random.Shared.Next();
            var random = new Random(seed);
            output.WriteLine($"Seed of the times between start and kill: {seed}");
            for (var kill = 1; kill <= Kills; kill++)
            {
                using var stop = new CancellationTokenSource();
                var writing = load.RunAsync(stop.Token);
                await Task.Delay(random.Next(100, 700));
                await node.KillAsync();
                await stop.CancelAsync();
                await writing;
                await node.DisposeAsync();

                node = node.Restart();
                var ready = await node.ReadyAsync();
                Assert.Empty(load.Differences(await client.ReadAllAsync(AnomalyPipeline.Source)));
                output.WriteLine($"Kill {kill}: {load.AcknowledgedCount} of {load.SentCount} sent records acknowledged so far, ready again after {ready.TotalMilliseconds:0} ms");
            }

            var source = await client.ReadAllAsync(AnomalyPipeline.Source);
            var expected = AnomalyPipeline.Expected(source);
            var alerts = await AnomalyPipeline.SettledAsync(client, expected.Count);
            output.WriteLine($"{source.Count} records, {source.Count - load.AcknowledgedCount} of them stored though unanswered, {load.UnansweredSends} unanswered sends, {alerts.Count} alerts");
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
}
