using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ActorStreams.TestKit;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.S3;

/// <summary>moto's server, which speaks S3, in a process of its own; it ends with this one, however that ends.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    private readonly StringBuilder _output = new();
    private Process? _process;

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1/");

    public async Task InitializeAsync()
    {
        if (!Requires.HasMotoServer) return;
        var port = FreePorts.Take(1)[0];
        Endpoint = new Uri($"http://127.0.0.1:{port}/");
        var script = $"""
            import os, sys, threading
            threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
            from moto.server import main
            main(["-H", "127.0.0.1", "-p", "{port}"])
            """;
        _process = Process.Start(new ProcessStartInfo("python3", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await TakesConnectionsAsync(port, limit.Token)) await Task.Delay(50, limit.Token);
    }

    public Task DisposeAsync()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        _process?.Dispose();
        return Task.CompletedTask;
    }

    private async Task<bool> TakesConnectionsAsync(int port, CancellationToken cancel)
    {
        if (_process!.HasExited) throw new InvalidOperationException($"moto's server ended with {_process.ExitCode} at its start:\n{_output}");
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", port, cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Append(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
