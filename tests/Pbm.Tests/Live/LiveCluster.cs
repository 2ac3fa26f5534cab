using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.Pbm.Tests.Live;

/// <summary>Three node processes over a PostgreSQL, with a pipeline "temperature" on the stream "sensors", which is not there at first.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    public const string Stream = "sensors";
    public const string Pipeline = "temperature";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(150);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbm-live-").FullName;

    private LiveCluster(string postgres)
    {
        var settings = new Dictionary<string, string>
        {
            [$"Pipelines:{Pipeline}:Source"] = Stream,
            [$"Pipelines:{Pipeline}:Output"] = "alerts",
            [$"Pipelines:{Pipeline}:ValueField"] = "celsius",
        };
        Nodes = [.. Enumerable.Range(0, 3).Select(i => NodeProcess.Start(Path.Combine(_folder, $"node-{i}"), settings: settings, arguments: ["--postgres", postgres]))];
        Kinesis = new KinesisHttp(Nodes[0].Endpoint, "us-east-1");
    }

    public IList<NodeProcess> Nodes { get; }

    public KinesisHttp Kinesis { get; }

    /// <summary>As an operator would set PBM_ENDPOINT: every node.</summary>
    public string Endpoints => string.Join(",", Nodes.Select(n => n.AdminEndpoint.AbsoluteUri));

    public static async Task<LiveCluster> FormAsync()
    {
        var postgres = await PostgresServer.SharedAsync();
        var cluster = new LiveCluster(await postgres.CreateDatabaseAsync());
        try
        {
            await Task.WhenAll(Enumerable.Range(0, cluster.Nodes.Count).Select(cluster.ReadyAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>As what supervises a node does: one that could not start, since the store took too long on a busy machine, starts again.</summary>
    private async Task ReadyAsync(int node)
    {
        for (var starts = 1; ; starts++)
        {
            try
            {
                await Nodes[node].ReadyAsync(s_patience);
                return;
            }
            catch (InvalidOperationException) when (starts < 10)
            {
                var ended = Nodes[node];
                Nodes[node] = ended.Restart();
                await ended.DisposeAsync();
            }
        }
    }

    public Task<CommandRun> PbmAsync(string line) => CommandRun.WithAsync(line.Split(' '), new() { ["PBM_ENDPOINT"] = Endpoints });

    /// <summary>Runs a command that must succeed; what it printed.</summary>
    public async Task<string> ShownAsync(string line)
    {
        var run = await PbmAsync(line);
        Assert.True(run.ExitCode == ExitCodes.Ok, $"pbm {line} ended with {run.ExitCode}:\n{run.Out}{run.Error}");
        return run.Out;
    }

    /// <summary>Asks again until the command shows what it should; what it printed then.</summary>
    public async Task<string> ShowsAsync(string line, Func<string, bool> what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var run = await PbmAsync(line);
            if (run.ExitCode == ExitCodes.Ok && what(run.Out)) return run.Out;
            Assert.False(limit.IsCancellationRequested, $"pbm {line} did not come to show it:\n{run.ExitCode}\n{run.Out}{run.Error}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Readings of ten sensors, numbered from <paramref name="first"/>.</summary>
    public async Task PutAsync(int first, int count)
    {
        var records = new JsonArray();
        foreach (var i in Enumerable.Range(first, count))
        {
            var data = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}},"celsius":{{20 + i % 3}}}""");
            records.Add(new JsonObject { ["PartitionKey"] = $"sensor-{i % 10}", ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)) });
        }

        var answer = (await Kinesis.CallAsync("PutRecords", new JsonObject { ["StreamName"] = Stream, ["Records"] = records })).Expect();
        Assert.Equal(0, (int?)answer["FailedRecordCount"]);
    }

    public async ValueTask DisposeAsync()
    {
        Kinesis.Dispose();
        foreach (var node in Nodes) await node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
