using System.Net;
using System.Net.Sockets;
using ActorStreams.Agent.Configuration;
using ActorStreams.Gateway.Auth;
using ActorStreams.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorStreams.Agent.Tests.Sending;

/// <summary>Two flows of one agent over real sockets, of which one has nowhere to go.</summary>
public sealed class AwayDestinationSpecs : IDisposable
{
    /// <summary>More than are sent at once, over all flows.</summary>
    private const int LogsOfAway = 8;
    private const int Lines = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _root = Directory.CreateTempSubdirectory("actorstreams-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public async Task A_destination_that_accepts_and_never_answers_holds_up_no_other_flow()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var accepted = new List<TcpClient>();

        await OtherFlowArrivesAsync(new Uri($"http://{silent.LocalEndpoint}"), async _ => accepted.Add(await silent.AcceptTcpClientAsync()));

        accepted.ForEach(a => a.Dispose());
    }

    [SkippableFact]
    public async Task A_destination_that_refuses_holds_up_no_other_flow() =>
        await OtherFlowArrivesAsync(new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}"), agent => UntilAsync(() => Task.FromResult(agent.Counters.PutsRefused.Value > 0)));

    /// <param name="isAway">Ends when the agent has tried to reach the destination that is away.</param>
    private async Task OtherFlowArrivesAsync(Uri away, Func<AgentRun, Task> isAway)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The agent runs on Linux only.");
        await using var there = await ServedService.StartAsync();
        Directory.CreateDirectory(Path.Combine(_root, "away"));
        Directory.CreateDirectory(Path.Combine(_root, "there"));
        for (var i = 0; i < LogsOfAway; i++) await File.WriteAllTextAsync(Path.Combine(_root, "away", $"host-{(char)('a' + i)}.log"), "a line\n");
        using var agent = new AgentRun(Settings(away, there.Endpoint), null, TimeProvider.System, new Random(1), NullLogger<AgentRun>.Instance);
        using var stop = new CancellationTokenSource();
        var running = agent.RunAsync(stop.Token);

        await isAway(agent).WaitAsync(s_patience);
        string[] lines = [.. Enumerable.Range(1, Lines).Select(i => $"line {i}\n")];
        await File.WriteAllTextAsync(Path.Combine(_root, "there", "app.log"), string.Concat(lines));
        await UntilAsync(async () => running.IsCompleted || (await there.StoredAsync()).Count >= Lines);

        Assert.Equal(lines, await there.StoredAsync());
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running.WaitAsync(s_patience).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo() && TimeProvider.System.GetElapsedTime(since) < s_patience) await Task.Delay(20);
    }

    private AgentSettings Settings(Uri away, Uri there) => new()
    {
        Flows = [Flow(DestinationKind.KinesisStream, "away"), Flow(DestinationKind.DeliveryStream, "there")],
        CheckpointFile = Path.Combine(_root, "checkpoints"),
        CheckpointTimeToLive = TimeSpan.FromDays(7),
        Kinesis = new ServiceSettings(away, "eu-test-1"),
        Firehose = new ServiceSettings(there, "eu-test-1"),
        AccessKey = new AccessKey("id", "secret"),
        ReportPeriod = TimeSpan.FromMinutes(1),
        ShutdownTimeout = TimeSpan.FromMilliseconds(100),
    };

    private FlowSettings Flow(DestinationKind kind, string name) => new()
    {
        Kind = kind,
        Destination = name,
        Directory = Path.Combine(_root, name),
        FileNames = "*.log",
        InitialPosition = InitialPosition.StartOfFile,
        BufferBytesMax = 4 * 1024 * 1024,
        BufferRecordsMax = 50,
        BufferAgeMax = TimeSpan.FromSeconds(1),
        PollInterval = TimeSpan.FromMilliseconds(20),
    };
}
