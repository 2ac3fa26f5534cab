using ActorStreams.MultiNode.Tests.Processes.Times;
using ActorStreams.MultiNode.Tests.Schedules;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Processes.Splits;

/// <summary>A cluster of five that falls apart into three and two.</summary>
[Trait("Speed", "Long")]
public sealed class SplitSpecs(ITestOutputHelper output)
{
    private const int RemovedCode = 5;

    // The documented times, each with room for a busy machine.
    private static readonly TimeSpan s_notReadyWithin = TimeSpan.FromSeconds(4) * 2;
    private static readonly TimeSpan s_silentWithin = TimeSpan.FromSeconds(9) * 2;
    private static readonly TimeSpan s_endedWithin = TimeSpan.FromSeconds(15) * 2;
    private static readonly TimeSpan s_writableWithin = TimeSpan.FromSeconds(12) * 2;

    [SkippableTheory]
    [InlineData(CutDirection.Both)]
    [InlineData(CutDirection.Outbound)]
    [InlineData(CutDirection.Inbound)]
    public async Task The_smaller_side_is_not_ready_acknowledges_nothing_more_and_ends_while_the_larger_one_goes_on(CutDirection direction)
    {
        ProcessRequirements.Partitions();
        await using var cluster = await ProcessCluster.FormAsync(5, RecoveryWatch.Settings);
        using var watch = new RecoveryWatch(cluster.Endpoints);
        await watch.PrepareAsync(shards: 5);
        int[] minority = [3, 4];
        var cut = new Fault.Cut(default, default, [.. minority], direction);
        var minorityWatch = new MinorityWatch(cluster, minority, watch.Probes());
        var cutDone = new TaskCompletionSource<DateTimeOffset>();

        var watchingMinority = minorityWatch.WatchAsync(cutDone.Task, s_endedWithin);
        var seen = await watch.WatchAsync(minority, () => BeginAsync(cluster, cut, cutDone), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(25));
        var nodes = await watchingMinority;

        output.WriteLine($"the three: writable after {seen.WritableWorst?.TotalSeconds:0.0} s, consumers going on after {seen.ConsumedWorst?.TotalSeconds:0.0} s");
        foreach (var node in nodes)
            output.WriteLine($"{node.Name}: not ready after {node.NotReady?.TotalSeconds:0.0} s, last acknowledgement after {node.LastAcknowledgement?.TotalSeconds:0.0} s, ended after {node.Ended?.TotalSeconds:0.0} s with {node.ExitCode}");
        output.WriteLine(cluster.Log);
        Assert.True(seen.WritableWorst < s_writableWithin);
        Assert.All(nodes, node =>
        {
            Assert.True(node.NotReady < s_notReadyWithin, $"{node}");
            Assert.True((node.LastAcknowledgement ?? TimeSpan.Zero) < s_silentWithin, $"{node}");
            Assert.True(node.Ended < s_endedWithin, $"{node}");
            Assert.Equal(RemovedCode, node.ExitCode);
        });
        await cluster.HealAsync(CancellationToken.None);
    }

    private static async Task<DateTimeOffset> BeginAsync(ProcessCluster cluster, Fault fault, TaskCompletionSource<DateTimeOffset> done)
    {
        var at = TimeProvider.System.GetUtcNow();
        await cluster.BeginAsync(fault, CancellationToken.None);
        done.TrySetResult(at);
        return at;
    }
}
