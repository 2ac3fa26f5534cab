using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Agent.Tests.Durability;

/// <summary>
/// The real agent against a real node, each a process of its own. The agent is killed while a generator writes and rotates. Keys are those of the data, so
/// that each shard has its part of the lines, over all files of the log.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class AgentKillSpecs(ITestOutputHelper output) : IDisposable
{
    private const string Stream = "badges";
    private const int Shards = 2;
    private const int Kills = 4;
    private const int RotationsOfLife = 3;

    /// <summary>For a machine that has other things to do.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static readonly HttpClient s_metrics = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string _root = Directory.CreateTempSubdirectory("actorstreams-test-").FullName;
    private int _written;
    private int _rotations;
    private bool _hasBegun;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public async Task Each_line_is_in_the_stream_once_and_in_order_however_often_the_agent_is_killed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The agent runs on Linux only.");
        await using var node = NodeProcess.Start(Path.Combine(_root, "data"));
        await node.ReadyAsync(s_patience);
        using var client = new KinesisHttp(node.Endpoint);
        await client.CreateStreamAsync(Stream, Shards);
        var configuration = Configuration(node);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"Seed of lines, rotations and kills: {seed}");

        for (var kill = 0; kill <= Kills; kill++)
        {
            var port = FreePorts.Take(1)[0];
            await using var agent = NodeProcess.Command(_root, null, "agent", "-c", configuration, "--log-level", "Information", "--metrics-port", $"{port}");
            await WriteUntilAsync(agent, port, puts: random.Next(1, 12), rotations: RotationsOfLife * kill, random);
            if (kill < Kills) await agent.KillAsync();
            else await EndAsync(agent, client);
            output.WriteLine($"{_written} lines, {_rotations} rotations; the agent said:\n{agent.Output}");
            // Rotated and written while no agent looks.
            if (kill < Kills) await WriteAsync(random);
        }

        var stored = (await client.ReadAllAsync(Stream)).Select(r => (r.Shard, Line: NumberOf(r))).ToList();
        Assert.Equal(Enumerable.Range(1, _written), stored.Select(s => s.Line).Order());
        Assert.Equal(Shards, stored.Select(s => s.Shard).Distinct().Count());
        Assert.All(stored.GroupBy(s => s.Shard, s => s.Line), shard => Assert.Equal(shard.Order(), shard));
    }

    private static int NumberOf(StoredRecord record) => int.Parse(Encoding.UTF8.GetString(record.Data).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Writes and rotates until the agent has done so many puts and the log was rotated so often, and a random moment longer.</summary>
    private async Task WriteUntilAsync(NodeProcess agent, int port, int puts, int rotations, Random random)
    {
        var patience = TimeProvider.System.GetTimestamp();
        while (await PutsAsync(port) < puts || _rotations < rotations)
        {
            Assert.False(agent.HasExited, $"The agent ended: {agent.Output}");
            Assert.True(TimeProvider.System.GetElapsedTime(patience) < s_patience, $"The agent put nothing: {agent.Output}");
            await WriteAsync(random);
        }
        _hasBegun = true;
        await Task.Delay(random.Next(100));
    }

    private static async Task<long> PutsAsync(int port)
    {
        try
        {
            var text = await s_metrics.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
            return long.Parse(text.Split('\n').Single(l => l.StartsWith("actorstreams_agent_puts_total ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // It has not begun to listen yet.
            return 0;
        }
    }

    private string Configuration(NodeProcess node)
    {
        Directory.CreateDirectory(Path.Combine(_root, "logs"));
        var configuration = new JsonObject
        {
            ["kinesis.endpoint"] = node.Endpoint.ToString(),
            ["kinesis.region"] = "eu-test-1",
            ["checkpointFile"] = Path.Combine(_root, "checkpoints"),
            ["flows"] = new JsonArray(new JsonObject
            {
                ["filePattern"] = Path.Combine(_root, "logs", "app.log*"),
                ["kinesisStream"] = Stream,
                ["initialPosition"] = "START_OF_FILE",
                ["partitionKeyOption"] = "DETERMINISTIC",
                ["maxBufferAgeMillis"] = 1_000,
                ["minTimeBetweenFilePollsMillis"] = 20,
            }),
        };
        var path = Path.Combine(_root, "agent.json");
        File.WriteAllText(path, configuration.ToJsonString());
        return path;
    }

    /// <summary>Some lines, and now and then a rotation of one of the three kinds.</summary>
    private async Task WriteAsync(Random random)
    {
        var log = Path.Combine(_root, "logs", "app.log");
        var lines = new StringBuilder();
        for (var i = random.Next(1, 600); i > 0; i--) lines.Append(CultureInfo.InvariantCulture, $"{++_written} badge {random.Next(1_000)} at door {random.Next(20)}\n");
        await File.AppendAllTextAsync(log, lines.ToString());
        await Task.Delay(random.Next(20, 120));
        // What is compressed before the first start is history.
        if (!_hasBegun || random.Next(6) > 0) return;
        _rotations++;
        var rotated = $"{log}.{_rotations:000}";
        switch (random.Next(3))
        {
            case 0:
                File.Move(log, rotated);
                break;
            case 1:
                File.Copy(log, rotated);
                await using (var file = File.OpenWrite(log)) file.SetLength(0);
                break;
            default:
                File.Move(log, rotated);
                await using (var from = File.OpenRead(rotated))
                await using (var to = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
                    await from.CopyToAsync(to);
                File.Delete(rotated);
                break;
        }
    }

    /// <summary>Waits until everything is there, then stops the agent as a service manager does.</summary>
    private async Task EndAsync(NodeProcess agent, KinesisHttp client)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!agent.HasExited && TimeProvider.System.GetElapsedTime(since) < s_patience && (await client.ReadAllAsync(Stream)).Count < _written) await Task.Delay(1_000);
        agent.Terminate();
        Assert.Equal(0, await agent.ExitAsync(s_patience));
    }
}
