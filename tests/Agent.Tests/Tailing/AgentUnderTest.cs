using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;
using ActorStreams.Agent.Reporting;
using ActorStreams.Agent.Sending;
using ActorStreams.Agent.Tailing;
using ActorStreams.Gateway.Auth;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Agent.Tests.Tailing;

/// <summary>A folder of logs, a service in memory and an agent between them, which is started anew without a goodbye. Time is the test's.</summary>
internal sealed class AgentUnderTest : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("actorstreams-test-").FullName;
    private readonly HttpClient _http;
    private CheckpointStore? _store;
    private FlowTailer? _tailer;

    public AgentUnderTest(FakeService service, Func<FlowSettings, FlowSettings>? change = null)
    {
        Directory.CreateDirectory(Logs);
        Service = service;
        _http = new HttpClient(service);
        var flow = new FlowSettings
        {
            Kind = DestinationKind.KinesisStream,
            Destination = "badges",
            Directory = Logs,
            FileNames = "app.log*",
            InitialPosition = InitialPosition.StartOfFile,
            BufferBytesMax = 5 * 1024 * 1024,
            BufferAgeMax = TimeSpan.FromSeconds(1),
        };
        Flow = change is null ? flow : change(flow);
    }

    public FlowSettings Flow { get; set; }

    public FakeService Service { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    public AgentCounters Counters { get; } = new();

    public string Logs => Path.Combine(_root, "logs");

    public string Log(string name) => Path.Combine(Logs, name);

    /// <summary>Writes lines of one log; they are numbered over the test.</summary>
    public void Write(string name, params string[] lines) => File.AppendAllText(Log(name), string.Concat(lines.Select(l => l + "\n")));

    public void Compress(string name)
    {
        using (var from = File.OpenRead(Log(name)))
        using (var to = new System.IO.Compression.GZipStream(File.Create(Log(name + ".gz")), System.IO.Compression.CompressionMode.Compress))
            from.CopyTo(to);
        File.Delete(Log(name));
    }

    public void CopyAndTruncate(string name, string copy)
    {
        File.Copy(Log(name), Log(copy));
        using var file = File.OpenWrite(Log(name));
        file.SetLength(0);
    }

    public async Task PassAsync()
    {
        if (_tailer is null) Start();
        // A pause between tries is the test's to end; otherwise its time stands still. What fails may have failed before this goes on.
        var failures = Failures;
        var passing = _tailer!.SendDueAsync(CancellationToken.None);
        while (await Task.WhenAny(passing, Task.Delay(20)) != passing)
        {
            if (Failures > failures) Clock.Advance(TimeSpan.FromSeconds(10));
        }
        await passing;
    }

    private long Failures => Counters.PutsRefused.Value + Counters.RecordsFailed.Value;

    /// <summary>Passes until what is there has become due and is sent.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 6; i++)
        {
            await PassAsync();
            Clock.Advance(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>
    /// Starts an agent that sends the first log as the checkpoints have it, as if the folder had changed between its look and that, then looks and goes on with it.
    /// </summary>
    /// <param name="change">What changes before it looks.</param>
    public async Task SendBeforeLookAsync(Action? change = null)
    {
        var (folder, sender) = Open();
        folder.Load();
        var due = new DueLog(folder.Logs[0], EndOfFile.Waits, IsDue: true);
        await sender.SendAsync(due, CancellationToken.None, CancellationToken.None);
        change?.Invoke();
        // Compressed files are taken when they have not grown between two looks.
        folder.Scan();
        folder.Scan();
        await sender.SendAsync(due, CancellationToken.None, CancellationToken.None);
        folder.Dispose();
        Kill();
    }

    /// <summary>Runs as it does in earnest, which passes while puts are under way, and ends once what is asked for is so.</summary>
    /// <param name="meanwhile">Done while the first put waits for another try.</param>
    public async Task RunAsync(Action meanwhile, Func<bool> isEnough)
    {
        if (_tailer is null) Start();
        using var stop = new CancellationTokenSource();
        var failures = Failures;
        var isDone = false;
        var running = _tailer!.RunAsync(stop.Token, stop.Token);
        for (var i = 0; !isEnough(); i++)
        {
            Assert.True(i < 10_000, "It does not come to that.");
            await Task.Delay(2);
            if (!isDone && Failures > failures)
            {
                meanwhile();
                isDone = true;
            }
            Clock.Advance(TimeSpan.FromMilliseconds(500));
        }
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Ends without anything that an end would do.</summary>
    public void Kill()
    {
        _tailer?.Dispose();
        _store?.Dispose();
        (_tailer, _store) = (null, null);
    }

    public void Dispose()
    {
        Kill();
        _http.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Start()
    {
        var (folder, sender) = Open();
        _tailer = new FlowTailer(Flow, folder, _store!, sender, Clock, NullLogger.Instance);
    }

    private (LogFolder Folder, LogSender Sender) Open()
    {
        _store = CheckpointStore.Open(Path.Combine(_root, "checkpoints"), Clock);
        var service = new ServiceSettings(new Uri("http://service.test"), "eu-test-1");
        var signer = new SigV4Signer(new AccessKey("id", "secret"), "eu-test-1", Clock, Flow.Kind == DestinationKind.KinesisStream ? "kinesis" : "firehose");
        var sender = new BatchSender(Flow, new PutClient(_http, service, Flow.Kind, signer, null), service.IsAws, Counters, Clock, new Random(1), NullLogger.Instance);
        var folder = new LogFolder(Flow, _store, Counters, Clock, TimeSpan.FromDays(7), NullLogger.Instance);
        return (folder, new LogSender(Flow, folder, _store, sender, Counters, Clock, batchesMax: 4, NullLogger.Instance));
    }
}
