using System.Text.RegularExpressions;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Pbm.Tests.Live;

/// <summary>Every palette against three real nodes, in the order in which an operator might come to need them.</summary>
public partial class LiveClusterSpecs(ITestOutputHelper log)
{
    [SkippableFact]
    public async Task Every_palette_does_its_work_on_a_cluster_of_three()
    {
        Requires.Postgres();
        await using var cluster = await LiveCluster.FormAsync();

        var nodes = await ClusterAsync(cluster);
        await StreamsAsync(cluster, nodes);
        await ShardingAsync(cluster, nodes);
        await ShardsAsync(cluster, nodes);
        await ReshardingUnderATailAsync(cluster);
        await LeasesAndConsumersAsync(cluster, nodes);
        await ShellAsync(cluster);
        await DeletingAsync(cluster);
        await MembersGoAsync(cluster, nodes);
    }

    /// <summary><c>pbm cluster</c> show and status; the nodes as host:port in the order of the processes.</summary>
    private async Task<string[]> ClusterAsync(LiveCluster cluster)
    {
        var shown = Log("cluster show", await cluster.ShowsAsync("cluster show", text => Up().Count(text) == 3));
        Assert.Contains("Count: 3 nodes", shown, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(shown, "leader"));
        Assert.Matches(@"oldest of \[gateway, node, pipelines, shards\]", shown);

        var nodes = new string[3];
        for (var i = 0; i < 3; i++)
        {
            var status = await cluster.ShownAsync($"cluster status --endpoint {cluster.Nodes[i].AdminEndpoint}");
            if (i == 0) Log("cluster status", status);
            Assert.Contains("Ready:    yes\n", status, StringComparison.Ordinal);
            Assert.Contains("Members:  3, 0 unreachable\n", status, StringComparison.Ordinal);
            Assert.All(["cluster", "gateway", "pipelines", "shards", "store"], part => Assert.Matches($"(?m)^{part} +ready$", status));
            nodes[i] = Regex.Match(status, @"(?m)^Node:     akka\.tcp://\w+@(\S+)$").Groups[1].Value;
        }

        return nodes;
    }

    private async Task StreamsAsync(LiveCluster cluster, string[] nodes)
    {
        Assert.Matches(LiveCluster.Stream, Log("stream create", await cluster.ShownAsync("stream create sensors --shards 6")));
        await cluster.ShowsAsync("stream list", text => Regex.IsMatch(text, @"sensors +us-east-1 +ACTIVE"));
        await cluster.PutAsync(0, 200);
        Log("stream list", await cluster.ShowsAsync("stream list", text => Regex.IsMatch(text, @"sensors +us-east-1 +ACTIVE +Provisioned +6 +0 +200 ")));
        Assert.DoesNotContain("sensors", await cluster.ShownAsync("stream list --region eu-west-1"), StringComparison.Ordinal);

        var shown = Log("stream show", await cluster.ShownAsync("stream show sensors"));
        Assert.Contains("Shards:    6 open, 0 closed\n", shown, StringComparison.Ordinal);
        var owners = Regex.Matches(shown, @"(?m)^sensors/\d +open +(\S+)").Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(6, owners.Length);
        Assert.All(owners, owner => Assert.Contains(owner, nodes));

        var refused = await cluster.PbmAsync("stream create sensors --shards 1");
        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        Assert.Contains("sensors", Log("stream create, again", refused.Error), StringComparison.Ordinal);
    }

    private async Task ShardingAsync(LiveCluster cluster, string[] nodes)
    {
        var regions = Log("cluster-sharding list-regions", await cluster.ShownAsync("cluster-sharding list-regions"));
        Assert.All(nodes, node => Assert.Matches($@"(?m)^\S+ +{Regex.Escape(node)} +\d+ +\d+$", regions));
        var type = Regex.Match(regions, @"(?m)^(\S*shard\S*) ").Groups[1].Value;
        Assert.NotEqual("", type);
        Assert.Matches($@"(?m)^{type} +\d+ +\S+:\d+ +\d+$", Log("cluster-sharding list-shards", await cluster.ShownAsync($"cluster-sharding list-shards {type}")));
        Assert.Matches($@"(?m)^{type} +3 +\d+ +\d+ +\d+ +\d+$", Log("cluster-sharding stats", await cluster.ShownAsync("cluster-sharding stats")));
    }

    private async Task ShardsAsync(LiveCluster cluster, string[] nodes)
    {
        var shown = Log("shard show", await cluster.ShownAsync("shard show sensors/0"));
        Assert.Contains("Shard:        sensors/shardId-000000000000\n", shown, StringComparison.Ordinal);
        Assert.Contains(Regex.Match(shown, @"(?m)^Node: +(\S+)$").Groups[1].Value, nodes);
        Assert.Matches(@"(?m)^Hash keys: +0 to \d+ \(16\.67 % of all\)$", shown);
        Assert.Matches(@"(?m)^Epoch: +\d+$", shown);

        var records = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var read = await cluster.ShownAsync($"shard read sensors/{i}");
            records.AddRange(read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            var verified = await cluster.ShownAsync($"shard verify sensors/{i}");
            if (i == 0) Log("shard verify", verified);
            Assert.Contains("Result:  whole\n", verified, StringComparison.Ordinal);
        }

        Log("shard read", string.Join('\n', records.Take(3)));
        Assert.Equal(200, records.Count);
        Assert.All(records, record => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  sensors/\d  sensor-\d  \{""n"":\d+,""celsius"":\d+\}$", record));
        Assert.Equal(Enumerable.Range(0, 200), records.Select(Number).Order());
    }

    private async Task ReshardingUnderATailAsync(LiveCluster cluster)
    {
        var tail = cluster.PbmAsync("stream tail sensors --from TRIM_HORIZON --limit 400");
        Log("stream split", await cluster.ShownAsync("stream split sensors/0"));
        await cluster.ShowsAsync("stream show sensors", text => text.Contains("7 open", StringComparison.Ordinal));
        await cluster.PutAsync(200, 100);
        Log("stream merge", await cluster.ShownAsync("stream merge sensors/6 sensors/7"));
        Log("stream show, resharded", await cluster.ShowsAsync("stream show sensors", text => text.Contains("6 open, 3 closed", StringComparison.Ordinal) && text.Contains("ACTIVE", StringComparison.Ordinal)));
        Log("stream scale", await cluster.ShownAsync("stream scale sensors 3"));
        await cluster.ShowsAsync("stream show sensors", text => text.Contains("3 open", StringComparison.Ordinal) && text.Contains("ACTIVE", StringComparison.Ordinal));
        await cluster.PutAsync(300, 100);

        var followed = await tail.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(ExitCodes.Ok, followed.ExitCode);
        var records = followed.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 400), records.Select(Number).Order());
        foreach (var key in records.GroupBy(r => r.Split("  ")[2])) Assert.Equal(key.Select(Number).Order(), key.Select(Number));
    }

    private async Task LeasesAndConsumersAsync(LiveCluster cluster, string[] nodes)
    {
        Log("pipeline list", await cluster.ShowsAsync("pipeline list", text => Regex.IsMatch(text, @"temperature +Running +us-east-1/sensors +us-east-1/alerts +\d+ +400 ")));
        Assert.Contains("Done:         400 records", Log("pipeline show", await cluster.ShownAsync("pipeline show temperature")), StringComparison.Ordinal);
        var leases = Log("lease list", await cluster.ShowsAsync("lease list", text => Regex.Count(text, @" Open ") == 3));
        var lease = Regex.Match(leases, @"(?m)^temperature +(sensors/\d+) +Open +(\S+) +(\d+) ");
        Assert.Contains(lease.Groups[2].Value, nodes);
        var shard = lease.Groups[1].Value;
        Log("lease show", await cluster.ShownAsync($"lease show {shard} temperature"));
        Log("consumer lag", await cluster.ShowsAsync("consumer lag temperature", text => Regex.IsMatch(text, @"temperature: \d+ ms behind at most")));
        Assert.Matches(@"(?m)^Verdict: +\S+", Log("shard why", await cluster.ShownAsync($"shard why {shard} temperature")));

        Log("lease release", await cluster.ShownAsync($"lease release {shard} temperature"));
        Log("lease show, released", await cluster.ShowsAsync(
            $"lease show {shard} temperature",
            text => text.Contains("State:       Open\n", StringComparison.Ordinal) && !text.Contains($"Node:        {lease.Groups[2].Value}\n", StringComparison.Ordinal)));

        var running = await cluster.PbmAsync("consumer reset temperature --at TRIM_HORIZON --yes");
        Assert.Equal(ExitCodes.Refused, running.ExitCode);
        Log("consumer reset, refused", running.Error);
        Log("pipeline pause", await cluster.ShownAsync("pipeline pause temperature"));
        await cluster.ShowsAsync("pipeline list", text => Regex.IsMatch(text, "temperature +paused"));
        Log("consumer reset", await cluster.ShownAsync("consumer reset temperature --at TRIM_HORIZON --yes"));
        Log("pipeline resume", await cluster.ShownAsync("pipeline resume temperature"));
        await cluster.ShowsAsync("pipeline show temperature", text => Regex.IsMatch(text, "Phase: +Running") && Regex.IsMatch(text, "Done: +(800|400) records"));
    }

    /// <summary>The real executable, with its commands from a pipe.</summary>
    private async Task ShellAsync(LiveCluster cluster)
    {
        var (code, output, error) = await PbmProcess.RunAsync(cluster.Endpoints, "cluster show\nstream list --json\nshard verify sensors/0\n");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Count: 3 nodes\n", output, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"sensors\"", output, StringComparison.Ordinal);
        Assert.Contains("Result:  whole\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', output);
    }

    private async Task DeletingAsync(LiveCluster cluster)
    {
        Log("stream delete", await cluster.ShownAsync("stream delete sensors --yes"));
        await cluster.ShowsAsync("stream list", text => !text.Contains("sensors ", StringComparison.Ordinal));
        var gone = await cluster.PbmAsync("stream show sensors");
        Assert.Equal(ExitCodes.Refused, gone.ExitCode);
        Assert.Contains("sensors", Log("stream show, deleted", gone.Error), StringComparison.Ordinal);
    }

    private async Task MembersGoAsync(LiveCluster cluster, string[] nodes)
    {
        Log("cluster leave", await cluster.ShownAsync($"cluster leave {nodes[2]}"));
        Assert.Equal(0, await cluster.Nodes[2].ExitAsync(TimeSpan.FromSeconds(60)));
        await cluster.ShowsAsync("cluster show", text => text.Contains("Count: 2 nodes", StringComparison.Ordinal));

        Log("cluster down", await cluster.ShownAsync($"cluster down {nodes[1]} --yes"));
        // Removed from its cluster.
        Assert.Equal(5, await cluster.Nodes[1].ExitAsync(TimeSpan.FromSeconds(60)));
        Log("cluster show, alone", await cluster.ShowsAsync("cluster show", text => text.Contains("Count: 1 node\n", StringComparison.Ordinal)));

        await cluster.Nodes[0].KillAsync();
        var (code, output, error) = await PbmProcess.RunAsync(cluster.Endpoints, null, "cluster", "show");
        Assert.Equal((ExitCodes.Unreachable, ""), (code, output));
        Assert.All(cluster.Nodes, node => Assert.Contains($"http://127.0.0.1:{node.AdminPort}: connection refused, nothing listens there", error, StringComparison.Ordinal));
    }

    private static int Number(string record) => int.Parse(Reading().Match(record).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    private string Log(string command, string shown)
    {
        log.WriteLine($"$ pbm {command}\n{shown}");
        return shown;
    }

    [GeneratedRegex(" Up ")]
    private static partial Regex Up();

    [GeneratedRegex(@"""n"":(\d+)")]
    private static partial Regex Reading();
}
