using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ActorStreams.TestKit;

namespace ActorStreams.Conformance.Tests;

/// <summary>An emulator of Kinesis from npm, in a process of its own on a free port of the loopback.</summary>
internal sealed class Emulator : IAsyncDisposable
{
    private const string DurationMs = "10";

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private Emulator(string name, int port, ProcessStartInfo start)
    {
        (Name, Endpoint) = (name, new Uri($"http://127.0.0.1:{port}/"));
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public Uri Endpoint { get; }

    public static string Packages { get; } = Path.Combine(Scripts.Folder, "differential", "node_modules");

    public static Emulator StartKinesisLocal()
    {
        var ports = FreePorts.Take(2);
        var package = Path.Combine(Packages, "kinesis-local");
        var start = Node(Path.Combine(package, "main.js"));
        start.Environment["KINESIS_MOCK_PLAIN_PORT"] = $"{ports[0]}";
        start.Environment["KINESIS_MOCK_TLS_PORT"] = $"{ports[1]}";
        start.Environment["KINESIS_MOCK_CERT_PATH"] = Path.Combine(package, "server.json");
        start.Environment["SHARD_LIMIT"] = "10000";
        foreach (var change in (string[])
                 [
                     "CREATE_STREAM", "DELETE_STREAM", "REGISTER_STREAM_CONSUMER", "START_STREAM_ENCRYPTION", "STOP_STREAM_ENCRYPTION",
                     "DEREGISTER_STREAM_CONSUMER", "MERGE_SHARDS", "SPLIT_SHARD", "UPDATE_SHARD_COUNT", "UPDATE_STREAM_MODE",
                 ])
            start.Environment[$"{change}_DURATION"] = $"{DurationMs}ms";
        return new Emulator("kinesis-local", ports[0], start);
    }

    public static Emulator StartKinesalite()
    {
        var port = FreePorts.Take(1)[0];
        return new Emulator("kinesalite", port, Node(
            Path.Combine(Packages, "kinesalite", "cli.js"), "--port", $"{port}", "--shardLimit", "10000",
            "--createStreamMs", DurationMs, "--deleteStreamMs", DurationMs, "--updateStreamMs", DurationMs));
    }

    /// <summary>Waits until it takes connections.</summary>
    public async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{Name} ended with {_process.ExitCode} at its start:\n{Output}");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", Endpoint.Port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo Node(string script, params string[] arguments) =>
        new("node", ["--require", Path.Combine(Scripts.Folder, "differential", "loopback.cjs"), script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}
