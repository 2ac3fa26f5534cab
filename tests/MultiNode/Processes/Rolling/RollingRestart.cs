using ActorStreams.MultiNode.Tests.Checking;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Rolling;

/// <param name="Stored">Records in the rows.</param>
/// <param name="ExitCodes">Of the nodes as they were asked to leave.</param>
internal sealed record RollingSeen(PutTotals Puts, long Stored, IReadOnlyList<int> ExitCodes, IReadOnlyList<TimeSpan> Leaving, TimeSpan Took);

/// <summary>Every node of a cluster of three is restarted, one after the other, as a new version is rolled out, under load.</summary>
internal static class RollingRestart
{
    private const string Stream = "rolling";
    private const string Region = "eu-test-1";
    private const int Shards = 8;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(3);

    public static async Task<RollingSeen> RunAsync(ProcessCluster cluster, int recordsPerSecond)
    {
        using (var client = new KinesisHttp(cluster.Endpoints[0])) await client.CreateStreamAsync(Stream, Shards);
        using var puts = new SteadyPuts(cluster.Endpoints, Stream, recordsPerSecond);
        var start = TimeProvider.System.GetTimestamp();
        var codes = new List<int>();
        var leaving = new List<TimeSpan>();
        await Task.Delay(s_between);
        foreach (var node in cluster.Nodes)
        {
            var left = TimeProvider.System.GetTimestamp();
            codes.Add(await node.LeaveAsync(s_grace));
            leaving.Add(TimeProvider.System.GetElapsedTime(left));
            node.Start();
            await cluster.TogetherAsync(s_patience, CancellationToken.None);
            await Task.Delay(s_between);
        }

        var took = TimeProvider.System.GetElapsedTime(start);
        var totals = await puts.StopAsync();
        var shards = await JournalRows.ReadShardsAsync(cluster.ConnectionString, Region);
        return new RollingSeen(totals, shards.Sum(s => (long)s.Records.Length), codes, leaving, took);
    }
}
