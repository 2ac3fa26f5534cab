using System.Net;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Consumers;

/// <summary>A consumer whose graph takes no step, and one that waits, in time that the spec alone moves.</summary>
public sealed class SilenceSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly StuckWebhook _webhook = new();
    private readonly HttpClient _http;
    private readonly PipelineMetrics _metrics = new();
    private readonly ConsumerOptions _options;
    private readonly IActorRef _region;
    private readonly ShardKey _shard;

    public SilenceSpecs()
        : base(PipelineSystem.Config)
    {
        _http = new HttpClient(_webhook) { Timeout = Timeout.InfiniteTimeSpan };
        _streams = new FakeStreams(_time);
        _streams.Create("alerts");
        _streams.Create("dead");
        _shard = _streams.Create("source").Shards[0].Key;
        // Time moves in leaps here, which must not be taken for answers that never came.
        var patience = TimeSpan.FromDays(1);
        _options = A.Options() with { AnswerPatience = patience, Sink = A.Options().Sink with { AnswerPatience = patience } };
        var services = new ConsumerServices(_streams, _http, _time, _metrics, _options, "here");
        _region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _webhook.Dispose();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_graph_that_takes_no_step_is_started_again_says_why_and_repeats_nothing()
    {
        PutSpike();
        await RunUntilAsync(_ => _webhook.Calls == 1);

        _time.Advance(TimeSpan.FromSeconds(29));
        await RunUntilAsync(s => s.Phase == ConsumerPhase.Running);
        _time.Advance(TimeSpan.FromSeconds(2));
        var silent = await RunUntilAsync(s => s.Phase == ConsumerPhase.Restarting);

        Assert.Contains("no step for 30 s", silent.Detail);
        Assert.Equal(1, silent.Health!.Silences);
        _webhook.IsStuck = false;
        var again = await RunUntilAsync(s => s is { Epoch: 2, Counts.Alerts: 1, LagMs: 0 });
        Assert.Equal(1, again.Health!.Silences);
        Assert.Single(_streams.All("alerts"));
        Assert.Empty(_streams.All("dead"));
    }

    [Fact]
    public async Task One_that_is_silent_again_says_how_often()
    {
        PutSpike();
        await RunUntilAsync(_ => _webhook.Calls == 1);
        _time.Advance(TimeSpan.FromSeconds(31));
        await RunUntilAsync(s => s.Health!.Silences == 1);
        await RunUntilAsync(_ => _webhook.Calls == 2);

        _time.Advance(TimeSpan.FromSeconds(31));

        var status = await RunUntilAsync(s => s.Health!.Silences == 2);
        Assert.Equal(ConsumerPhase.Restarting, status.Phase);
    }

    [Fact]
    public async Task A_graph_that_waits_for_its_sink_for_an_hour_gives_signs_of_life_all_the_time_and_says_for_how_long()
    {
        _streams.OnAppend = _ => AppendFault.NotReady;
        PutSpike();
        using var graph = Graph();
        await Eventually.BeTrueAsync(() => graph.SinkWaiting is not null, "waiting for the sink");

        await PassAnHourAsync(graph);

        Assert.True(_time.GetElapsedTime(graph.SinkWaiting!.Since) >= TimeSpan.FromHours(1));
        Assert.True(graph.SinkWaiting.Tries > 60);
    }

    [Fact]
    public async Task A_graph_with_nothing_to_do_gives_signs_of_life_all_the_time()
    {
        using var graph = Graph();

        await PassAnHourAsync(graph);

        Assert.Null(graph.SourceWaiting);
        Assert.Null(graph.SinkWaiting);
    }

    private ConsumerGraph Graph() => ConsumerGraph.Run(
        new GraphStart(A.Definition(), _shard, 1, default, default, OperatorState.Empty), _options, _streams, _http, _time, Sys.Materializer(), _ => { });

    /// <summary>Minute by minute; after each, a step follows within what the graph waits between two of them.</summary>
    private async Task PassAnHourAsync(ConsumerGraph graph)
    {
        for (var minute = 0; minute < 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Eventually.BeTrueAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromMilliseconds(10));
                    return graph.Pulse.Age < TimeSpan.FromSeconds(1);
                }, "a step", seconds: 60);
        }
    }

    private void PutSpike()
    {
        for (var i = 0; i < 20; i++) _streams.Put("source", "k", A.Reading(10 + (i % 2)));
        _streams.Put("source", "k", A.Reading(100));
    }

    /// <summary>Tells it to run again and again, while time moves by little.</summary>
    private async Task<ConsumerStatus> RunUntilAsync(Func<ConsumerStatus, bool> condition)
    {
        var definition = A.Definition() with
        {
            Webhook = "http://localhost/alerts",
            CheckpointInterval = TimeSpan.FromMilliseconds(500),
            SnapshotInterval = TimeSpan.FromDays(1),
        };
        ConsumerStatus? last = null;
        using var timeout = new CancellationTokenSource(s_patience);
        while (!timeout.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            _region.Tell(new RunConsumer(definition, _shard, HashKeyRange.Whole, StartPosition.TrimHorizon, []), TestActor);
            if (await ReceiveOneAsync(TimeSpan.FromMilliseconds(50)) is not ConsumerStatus status) continue;
            last = status;
            if (condition(status)) return status;
        }
        throw new TimeoutException($"The last status was {last}.");
    }

    /// <summary>Takes a call and neither answers nor heeds that it is given up.</summary>
    private sealed class StuckWebhook : HttpMessageHandler
    {
        private readonly TaskCompletionSource _never = new();
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public bool IsStuck { get; set; } = true;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            if (IsStuck) await _never.Task;
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
