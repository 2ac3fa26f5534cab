using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Durability;

/// <summary>Ending a node that works.</summary>
public sealed class ShutdownSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan StopTimeMax = TimeSpan.FromSeconds(10);

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ctrl_c_and_sigterm_drain_under_load_and_all_that_was_acknowledged_is_there_after_a_restart(bool ctrlC)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"), settings: AnomalyPipeline.Settings);
        await node.ReadyAsync();
        using var client = new KinesisHttp(node.Endpoint);
        await client.CreateStreamAsync(AnomalyPipeline.Source, 3);
        var load = new RecordedLoad(client, AnomalyPipeline.Source, writers: 4, recordsPerSend: 20);
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(stop.Token);
        await Task.Delay(700);

        var start = TimeProvider.System.GetTimestamp();
        if (ctrlC) node.Interrupt();
        else node.Terminate();
        var code = await node.ExitAsync(StopTimeMax);
        await stop.CancelAsync();
        await writing;

        output.WriteLine($"Ended after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms with {load.AcknowledgedCount} records acknowledged");
        Assert.Equal(0, code);
        Assert.True(load.AcknowledgedCount > 0, node.Output);
        await using var again = node.Restart();
        await again.ReadyAsync();
        Assert.Empty(load.Differences(await client.ReadAllAsync(AnomalyPipeline.Source)));
    }

    [SkippableFact]
    public async Task A_second_ctrl_c_ends_a_node_that_is_still_draining_at_once()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();

        var start = TimeProvider.System.GetTimestamp();
        node.Interrupt();
        await Task.Delay(50);
        node.Interrupt();
        var code = await node.ExitAsync(StopTimeMax);

        var took = TimeProvider.System.GetElapsedTime(start);
        output.WriteLine($"Ended after {took.TotalMilliseconds:0} ms with exit code {code}");
        // 0 where the node had drained before the second signal came.
        Assert.Contains(code, new[] { 130, 0 });
        Assert.True(took < TimeSpan.FromSeconds(3), node.Output);
    }
}
