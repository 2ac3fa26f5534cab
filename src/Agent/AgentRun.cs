using System.Net.Sockets;
using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Reporting;
using ActorStreams.Agent.Sending;
using ActorStreams.Agent.Tailing;
using ActorStreams.Gateway.Auth;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent;

/// <summary>
/// Reads log files and puts their records into streams and delivery streams. Against ActorStreams each record is stored exactly once, whatever is killed;
/// against AWS at least once. Records of one log stay in their order.
/// </summary>
public sealed partial class AgentRun : IDisposable
{
    /// <summary>
    /// Batches in memory at the same time where there are few flows, and those of a flow where there are many. Each takes up to 5 MiB, and once more and
    /// a third as text.
    /// </summary>
    private const int BatchesMax = 4;
    private const int BatchesOfFlowMin = 2;

    private readonly AgentSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CheckpointStore _store;
    private readonly HttpClient _http;
    private readonly MetricsEndpoint? _metrics;
    private readonly List<FlowTailer> _flows = [];

    /// <param name="metricsPort">Where <c>/metrics</c> is served; null for nowhere.</param>
    /// <exception cref="CheckpointException">The checkpoints can't be used.</exception>
    /// <exception cref="SocketException">The port is taken.</exception>
    public AgentRun(AgentSettings settings, int? metricsPort, TimeProvider clock, Random random, ILogger<AgentRun> log)
    {
        (_settings, _clock, _log) = (settings, clock, log);
        _store = CheckpointStore.Open(settings.CheckpointFile, clock);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(60) };
        foreach (var flow in settings.Flows) _flows.Add(Tailer(flow, random));
        if (metricsPort is not { } port) return;
        _metrics = new MetricsEndpoint(Counters, port);
        _metrics.Start();
    }

    public AgentCounters Counters { get; } = new();

    /// <summary>Ends after <paramref name="stop"/>, once the puts under way are answered or the time for that is over.</summary>
    /// <exception cref="AgentFencedException">Another agent goes on in this one's place.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abort = new CancellationTokenSource();
        await using var registration = end.Token.Register(() => abort.CancelAfter(_settings.ShutdownTimeout));
        var flows = _flows.Select(f => f.RunAsync(end.Token, abort.Token)).ToArray();
        // Each has looked at its folder by now: what is rotated or compressed after this line is no history.
        foreach (var flow in _settings.Flows) Follows(_log, flow.Id, (flow.Kind == DestinationKind.KinesisStream ? _settings.Kinesis : _settings.Firehose).Endpoint);
        var report = ReportAsync(end.Token);
        try
        {
            // The first that fails ends all.
            await await Task.WhenAny(flows);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll([.. flows, report]).ContinueWith(_ => { }, TaskScheduler.Default);
            Note();
            Counts(_log, Counters.Line());
        }
    }

    public void Dispose()
    {
        _metrics?.Dispose();
        foreach (var flow in _flows) flow.Dispose();
        _http.Dispose();
        _store.Dispose();
    }

    private FlowTailer Tailer(FlowSettings flow, Random random)
    {
        var isStream = flow.Kind == DestinationKind.KinesisStream;
        var service = isStream ? _settings.Kinesis : _settings.Firehose;
        var signer = new SigV4Signer(_settings.AccessKey, service.Region, _clock, isStream ? "kinesis" : "firehose");
        var client = new PutClient(_http, service, flow.Kind, signer, _settings.SessionToken);
        var sender = new BatchSender(flow, client, service.IsAws, Counters, _clock, random, _log);
        var folder = new LogFolder(flow, _store, Counters, _clock, _settings.CheckpointTimeToLive, _log);
        var batchesMax = Math.Max(BatchesOfFlowMin, BatchesMax / _settings.Flows.Length);
        return new FlowTailer(flow, folder, _store, new LogSender(flow, folder, _store, sender, Counters, _clock, batchesMax, _log), _clock, _log);
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_settings.ReportPeriod, _clock);
        while (await timer.WaitForNextTickAsync(stop))
        {
            Note();
            Counts(_log, Counters.Line());
        }
    }

    /// <summary>Sets what is a state and no count.</summary>
    private void Note()
    {
        var open = _flows.SelectMany(f => f.Logs.ToArray()).Where(l => l.IsOpen).ToList();
        Counters.FilesOpen.Add(open.Count - Counters.FilesOpen.Value);
        Counters.BacklogBytes.Add(open.Where(l => !l.IsCompressed).Sum(l => l.Backlog) - Counters.BacklogBytes.Value);
    }

    [LoggerMessage(40, LogLevel.Information, "Follows {Flow}, to {Endpoint}")]
    private static partial void Follows(ILogger log, string flow, Uri endpoint);

    [LoggerMessage(41, LogLevel.Information, "{Counts}")]
    private static partial void Counts(ILogger log, string counts);
}
