using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.MultiNode.Tests.Processes.Rolling;

[Trait("Speed", "Long")]
public sealed class RollingRestartSpecs(ITestOutputHelper output)
{
    private const int RecordsPerSecond = 20_000;

    [SkippableFact]
    public async Task No_put_of_boto3_fails_after_its_own_tries_while_each_node_is_restarted()
    {
        ProcessRequirements.Clusters();
        Requires.Python3WithBoto3();
        await using var cluster = await ProcessCluster.FormAsync(3);

        var seen = await RollingRestart.RunAsync(cluster, RecordsPerSecond);

        output.WriteLine($"{seen.Took.TotalSeconds:0} s: {seen.Puts}; nodes left within {string.Join(", ", seen.Leaving.Select(l => $"{l.TotalSeconds:0.0} s"))}");
        foreach (var exit in cluster.Exits) output.WriteLine($"{exit}");
        if (seen.Puts.FailedRecords > 0) output.WriteLine(cluster.Log);
        Assert.Equal("[]", seen.Puts.Failures);
        Assert.Equal(0, seen.Puts.FailedRecords);
        // A call that was tried again is stored once.
        Assert.Equal(seen.Puts.Records, seen.Stored);
        Assert.All(seen.ExitCodes, code => Assert.Equal(0, code));
    }
}
