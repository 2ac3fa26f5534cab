using System.Text.Json.Nodes;
using ActorStreams.Examples.Badges;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>
/// The example <c>examples/badges</c> by its own files, with addresses and folders of the test: PostgreSQL, a node and the agent, each a process of its own that is
/// killed and started again.
/// </summary>
internal sealed class BadgesPlace : IAsyncDisposable
{
    private const string Stream = "badges";

    /// <summary>For a machine that has other things to do.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly string s_example = Path.Combine(NodeProcess.RepositoryRoot(), "examples", "badges");

    private readonly string _root;
    private readonly PostgresServer _server;
    private readonly NpgsqlDataSource _warehouse;
    private NodeProcess _node;
    private NodeProcess _agent;

    private BadgesPlace(string root, PostgresServer server, NpgsqlDataSource warehouse, NodeProcess node, NodeProcess agent) =>
        (_root, _server, _warehouse, _node, _agent) = (root, server, warehouse, node, agent);

    public string LogFolder => LogsOf(_root);

    /// <summary>Objects that the warehouse did not take within its retries.</summary>
    public int Manifests => Directory.Exists(Path.Combine(LakeOf(_root), "errors", "manifests"))
        ? Directory.GetFiles(Path.Combine(LakeOf(_root), "errors", "manifests"), "*.gz", SearchOption.AllDirectories).Length : 0;

    /// <summary>Files with records that were refused; there should be none.</summary>
    public IEnumerable<string> ErrorOutput => Directory.GetFiles(LakeOf(_root), "*", SearchOption.AllDirectories)
        .Where(f => f.Contains("warehouse-failed", StringComparison.Ordinal) || f.Contains("processing-failed", StringComparison.Ordinal));

    public string Output => $"The node that was last said:\n{_node.Output}\nThe agent that was last said:\n{_agent.Output}";

    /// <param name="retrySeconds">For which the delivery stream tries the warehouse.</param>
    public static async Task<BadgesPlace> StartAsync(string root, PostgresServer server, int retrySeconds)
    {
        Directory.CreateDirectory(LogsOf(root));
        Directory.CreateDirectory(LakeOf(root));
        var connection = await server.CreateDatabaseAsync();
        // Its connections end with the server, and none of them is to be taken again.
        var warehouse = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using (var table = warehouse.CreateCommand(Example("table.sql"))) await table.ExecuteNonQueryAsync();
        var node = NodeProcess.Start(Path.Combine(root, "data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = LakeOf(root),
            ["Firehose:Warehouses:doors.redshift.example.com"] = connection,
        });
        await node.ReadyAsync(s_patience);
        using var client = new FirehoseHttp(node.Endpoint);
        var stream = JsonNode.Parse(Example("delivery-stream.json"))!;
        var destination = stream["RedshiftDestinationConfiguration"]!.AsObject();
        destination["RetryOptions"]!["DurationInSeconds"] = retrySeconds;
        destination["S3Configuration"]!["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 1 };
        await client.CreateAsync(Stream, (JsonObject)destination.DeepClone(), "Redshift");
        return new BadgesPlace(root, server, warehouse, node, NodeProcess.Command(root, null, "agent", "-c", WriteAgentSettings(root, node.Endpoint)));
    }

    /// <summary>Waits until the agent has looked at its folder: what is compressed before that is history.</summary>
    public async Task AgentFollowsAsync(Deadline deadline)
    {
        while (!_agent.Output.Contains("Follows", StringComparison.Ordinal)) await deadline.PauseAsync($"the agent did not begin: {_agent.Output}");
    }

    public async Task KillAgentAsync()
    {
        Assert.False(_agent.HasExited, $"The agent ended: {_agent.Output}");
        await _agent.KillAsync();
        await _agent.DisposeAsync();
        _agent = _agent.Restart();
    }

    public Task NodeReadyAsync() => _node.ReadyAsync(s_patience);

    public async Task KillNodeAsync()
    {
        Assert.False(_node.HasExited, $"The node ended: {_node.Output}");
        await _node.KillAsync();
        await _node.DisposeAsync();
        _node = _node.Restart();
    }

    public Task WarehouseAwayAsync() => _server.CrashAsync();

    public Task WarehouseBackAsync() => _server.ResumeAsync();

    /// <summary>As <c>pbm delivery redrive</c> does it; what was answered. Throws what HTTP throws where the node is killed meanwhile.</summary>
    public async Task<string> RedriveAsync()
    {
        using var management = new HttpClient { BaseAddress = _node.AdminEndpoint };
        using var answer = await management.PostAsync($"deliveries/us-east-1/{Stream}/redrive", null);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"The redrive was answered {(int)answer.StatusCode}: {text}");
        return (string)JsonNode.Parse(text)!["message"]!;
    }

    /// <summary>What was not delivered and not sent again, as <c>pbm delivery show</c> counts it.</summary>
    public async Task<int> FailuresAsync()
    {
        using var management = new HttpClient { BaseAddress = _node.AdminEndpoint };
        return JsonNode.Parse(await management.GetStringAsync($"deliveries/us-east-1/{Stream}"))!["failures"]!.AsArray().Count;
    }

    /// <summary>Ends agent and node as a service manager does, with what they have under way.</summary>
    public async Task StopAsync()
    {
        foreach (var process in (NodeProcess[])[_agent, _node])
        {
            process.Terminate();
            Assert.Equal(0, await process.ExitAsync(s_patience));
        }
    }

    public Task<long> CountAsync() => ScalarAsync("SELECT count(*) FROM badges.readings");

    public Task<long> CountDifferentAsync() => ScalarAsync("SELECT count(DISTINCT id) FROM badges.readings");

    public async Task<IReadOnlyList<ZoneCount>> ReportAsync()
    {
        await using var command = _warehouse.CreateCommand(Example("report.sql"));
        await using var rows = await command.ExecuteReaderAsync();
        var counts = new List<ZoneCount>();
        while (await rows.ReadAsync()) counts.Add(new ZoneCount(rows.GetString(0), rows.GetString(1), (int)rows.GetInt64(2), rows.GetInt64(3)));
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _node.DisposeAsync();
        await _warehouse.DisposeAsync();
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _warehouse.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static string LogsOf(string root) => Path.Combine(root, "logs");

    private static string LakeOf(string root) => Path.Combine(root, "lake");

    private static string Example(string file) => File.ReadAllText(Path.Combine(s_example, file));

    private static string WriteAgentSettings(string root, Uri endpoint)
    {
        var settings = JsonNode.Parse(Example("agent.json"))!;
        settings["firehose.endpoint"] = endpoint.ToString();
        settings["checkpointFile"] = Path.Combine(root, "checkpoints");
        settings["flows"]![0]!["filePattern"] = Path.Combine(LogsOf(root), "badges.log*");
        var path = Path.Combine(root, "agent.json");
        File.WriteAllText(path, settings.ToJsonString());
        return path;
    }
}
