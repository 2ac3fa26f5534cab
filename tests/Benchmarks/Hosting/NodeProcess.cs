using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorStreams.Benchmarks.Load;

namespace ActorStreams.Benchmarks.Hosting;

/// <summary>A node in a process of its own, on free loopback ports over a given data folder. Its output goes to a log file beside that folder,
/// whose end is shown when the node does not become ready.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly Process _process;
    private readonly TextWriter _log;

    private NodeProcess(Process process, TextWriter log, int port)
    {
        (_process, _log) = (process, log);
        Endpoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint Endpoint { get; }

    public int Id => _process.Id;

    /// <summary>From the start of the process until /ready said 200.</summary>
    public TimeSpan ReadyAfter { get; private init; }

    public static async Task<NodeProcess> StartAsync(NodeCommand command, string dataFolder)
    {
        var (port, adminPort) = (Listening.FreePort(), Listening.FreePort());
        var start = command.StartInfo(dataFolder, port, adminPort);
        var logPath = dataFolder.TrimEnd('/') + ".log";
        var log = TextWriter.Synchronized(new StreamWriter(logPath, append: true) { AutoFlush = true });
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.OutputDataReceived += WriteLine;
        process.ErrorDataReceived += WriteLine;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        while (!await IsReadyAsync(adminPort))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > ReadyTimeout)
            {
                var what = process.HasExited ? $"ended with code {process.ExitCode}" : $"was not ready within {ReadyTimeout.TotalSeconds} s";
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                throw new InvalidOperationException(
                    $"The node {what}. Its last lines:\n{string.Join('\n', (await File.ReadAllLinesAsync(logPath)).TakeLast(20))}");
            }
            await Task.Delay(PollInterval);
        }
        return new NodeProcess(process, log, port) { ReadyAfter = Stopwatch.GetElapsedTime(began) };

        // The end of an output arrives as a line that is null.
        void WriteLine(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
                log.WriteLine(line.Data);
        }
    }

    public Usage Usage() => Load.Usage.Of(Id);

    /// <summary>Stops as ctrl-C does and returns how long the node took to drain and end.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var began = Stopwatch.GetTimestamp();
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-INT", $"{Id}"]))
                await kill.WaitForExitAsync();
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
                throw new TimeoutException($"The node was to end within {StopTimeout.TotalSeconds} s of SIGINT; it was killed.");
            }
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Ends the node at once, as kill -9 or a power cut for the process would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private static async Task<bool> IsReadyAsync(int adminPort)
    {
        try
        {
            using var answer = await Probe.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException or IOException)
        {
            return false;
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }
}
