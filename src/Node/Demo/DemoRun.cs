using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorStreams.Gateway.Auth;
using ActorStreams.Node.Client;
using ActorStreams.Node.Telemetry;
using ActorStreams.Pipelines.Definitions;

namespace ActorStreams.Node.Demo;

/// <summary>Feeds the node, follows what comes out, and checks it at the end; all through the HTTP API.</summary>
internal sealed class DemoRun : IDisposable
{
    private const int TelemetryShards = 2;
    private static readonly TimeSpan ReadInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleTimeMax = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly TimeProvider _clock;
    private readonly PipelineDefinition _pipeline;
    private readonly KinesisClient _client;
    private readonly OrderedPutter _putter;
    private readonly MachineTelemetry _machine;
    private readonly StreamFollower _telemetry;
    private readonly StreamFollower _alerts;
    private readonly StreamFollower _deadLetters;
    private readonly SemaphoreSlim _putting = new(1);
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);
    private ImmutableArray<AlertRecord> _seen = [];

    public DemoRun(Uri endpoint, PipelineDefinition pipeline, TimeProvider clock)
    {
        _clock = clock;
        _pipeline = pipeline;
        _client = new KinesisClient(_http, endpoint, new SigV4Signer(new AccessKey("demo", "demo"), DemoSettings.Region, clock), clock);
        _putter = new OrderedPutter(_client, DemoSettings.Telemetry, clock);
        _machine = MachineTelemetry.OfThisMachine(clock);
        _telemetry = new StreamFollower(_client, DemoSettings.Telemetry);
        _alerts = new StreamFollower(_client, DemoSettings.Alerts);
        _deadLetters = new StreamFollower(_client, DemoSettings.DeadLetters);
    }

    public long Put => _putter.Acknowledged;

    public StreamFollower Telemetry => _telemetry;

    public StreamFollower AlertStream => _alerts;

    public StreamFollower DeadLetterStream => _deadLetters;

    /// <summary>Alerts read so far, in order.</summary>
    public ImmutableArray<AlertRecord> Alerts => _seen;

    /// <summary>The newest value of each metric.</summary>
    public ImmutableSortedDictionary<string, double> Latest { get; private set; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>From the spike's acknowledgement until its alert was read; null until then.</summary>
    public TimeSpan? SpikeToAlert { get; private set; }

    public async Task<DemoVerdict> RunAsync(TimeSpan time, CancellationToken cancel)
    {
        await _client.EnsureStreamAsync(DemoSettings.Telemetry, TelemetryShards, cancel);
        await _client.EnsureStreamAsync(DemoSettings.Alerts, 1, cancel);
        await _client.EnsureStreamAsync(DemoSettings.DeadLetters, 1, cancel);

        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var follow = EveryAsync(ReadInterval, FollowAsync, following.Token);
        var pulse = Pulse.For(time);
        var feed = Task.WhenAll(
            EveryAsync(MeasureInterval, MeasureAsync, feeding.Token),
            EveryAsync(Pulse.Interval, token => PutAsync([pulse.Next(Now())], token), feeding.Token));
        // Whichever fails first ends the demo; none of them ends by itself.
        await Task.WhenAny(Task.Delay(time, _clock, cancel), feed, follow);
        await feeding.CancelAsync();
        await feed;
        await SettleAsync(follow, cancel);
        await following.CancelAsync();
        await follow;
        return await CheckAsync(cancel);
    }

    public void Dispose()
    {
        _http.Dispose();
        _putting.Dispose();
    }

    private async Task EveryAsync(TimeSpan interval, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, _clock);
        try
        {
            // What has begun is finished: a put whose answer was not read could not be checked.
            while (await timer.WaitForNextTickAsync(stop)) await work(CancellationToken.None);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    private Task MeasureAsync(CancellationToken cancel)
    {
        var time = Now();
        return PutAsync([.. _machine.Read().Select(r => new ReadingRecord(time, r.Metric, r.Value))], cancel);
    }

    private async Task PutAsync(ImmutableArray<ReadingRecord> readings, CancellationToken cancel)
    {
        await _putting.WaitAsync(cancel);
        try
        {
            var entries = readings.Select(r => new PutEntry(r.Metric, JsonSerializer.SerializeToUtf8Bytes(r, ReadingJson.Default.ReadingRecord)));
            foreach (var result in await _putter.PutAsync([.. entries], cancel)) _acknowledged.Add(result.SequenceNumber!);
            Latest = Latest.SetItems(readings.Select(r => KeyValuePair.Create(r.Metric, r.Value)));
            if (readings.Any(r => r.Marked == true)) _spikePutAt = _clock.GetTimestamp();
        }
        finally
        {
            _putting.Release();
        }
    }

    private long? _spikePutAt;

    private async Task FollowAsync(CancellationToken cancel)
    {
        foreach (var record in await _alerts.PollAsync(cancel))
        {
            var alert = JsonSerializer.Deserialize(record.Data, AlertJson.Default.AlertRecord)!;
            _seen = _seen.Add(alert);
            if (IsMarked(alert) && _spikePutAt is { } put) SpikeToAlert ??= _clock.GetElapsedTime(put);
        }

        await _telemetry.PollAsync(cancel);
        await _deadLetters.PollAsync(cancel);
    }

    // Everything put must have gone through: the pipeline says so itself only about what it has checkpointed, so the alert that must come
    // is waited for, and then for a moment in which no other comes.
    private async Task SettleAsync(Task follow, CancellationToken cancel)
    {
        var start = _clock.GetTimestamp();
        var alerts = -1;
        while (_clock.GetElapsedTime(start) < SettleTimeMax && !follow.IsCompleted)
        {
            if (_seen.Any(IsMarked) && _telemetry.Count >= _putter.Acknowledged && _seen.Length == alerts) return;
            alerts = _seen.Length;
            await Task.Delay(TimeSpan.FromMilliseconds(500), _clock, cancel);
        }
    }

    private async Task<DemoVerdict> CheckAsync(CancellationToken cancel)
    {
        var stored = new StreamFollower(_client, DemoSettings.Telemetry);
        await stored.PollAsync(cancel);
        return DemoCheck.Of(_acknowledged, stored.Records, _seen, _deadLetters.Count, _pipeline, _machine.NotOffered);
    }

    internal static bool IsMarked(AlertRecord alert) => alert is { Key: Pulse.Metric, Value: Pulse.SpikeValue };

    private string Now() => _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
