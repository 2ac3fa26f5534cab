using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Tests.Fakes;
using Akka.Actor;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>The coordinator, its applications and their consumers over streams in memory.</summary>
public sealed class CoordinatorActorSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly IActorRef _region;

    public CoordinatorActorSpecs()
        : base(PipelineSystem.Config)
    {
        var services = new ConsumerServices(_streams, _http, TimeProvider.System, _metrics, A.Options(), "here");
        _region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_pipeline_of_the_settings_makes_its_outputs_and_runs()
    {
        _streams.Create("source", 2);
        var coordinator = Coordinator(A.Definition());
        Spike("a", "b");

        var status = await StatusAsync(coordinator, s => s.Counts is { Records: 42, Alerts: 2 } && s.LagMs == 0);

        Assert.Equal(ApplicationPhase.Running, status.Phase);
        Assert.Equal(2, status.Leases.Length);
        Assert.Equal(2, _streams.All("alerts").Count);
        Assert.Empty(_streams.All("dead"));
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_waited_for_and_named()
    {
        var coordinator = Coordinator(A.Definition());
        var status = await StatusAsync(coordinator, s => s.Detail == "waiting for stream us-east-1/source");
        Assert.Equal(ApplicationPhase.WaitingForStream, status.Phase);

        _streams.Create("source");
        Spike("a");

        await StatusAsync(coordinator, s => s.Counts.Alerts == 1);
    }

    [Fact]
    public async Task An_output_that_may_not_be_made_is_waited_for()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition() with { CreateStreams = false });

        var status = await StatusAsync(coordinator, s => s.Phase == ApplicationPhase.WaitingForStream);

        Assert.Equal("waiting for stream us-east-1/alerts", status.Detail);
        Assert.Empty(status.Leases);
    }

    [Fact]
    public async Task A_split_is_followed_parents_first_and_state_is_taken_over()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition());
        Steady("a", "b", "c", "d");
        await StatusAsync(coordinator, s => s.Counts.Records == 80 && s.LagMs == 0);

        _streams.Split("source", 0);
        // Too few to warm up anew: only inherited state can tell these from the steady values.
        foreach (var key in new[] { "a", "b", "c", "d" }) _streams.Put("source", key, A.Reading(100));
        var status = await StatusAsync(coordinator, s => s.Counts.Alerts == 4);

        Assert.Equal(LeaseOutcome.Finished, status.Leases[0].Lease.Outcome);
        Assert.Equal(["a", "b", "c", "d"], _streams.All("alerts").Select(r => r.Key).Order());
    }

    [Fact]
    public async Task A_stream_made_anew_under_its_name_is_read_from_its_beginning()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition());
        Spike("a");
        var before = await StatusAsync(coordinator, s => s.Counts.Alerts == 1);

        _streams.Delete("source");
        await StatusAsync(coordinator, s => s.Phase == ApplicationPhase.WaitingForStream);
        _streams.Create("source");
        Spike("b");
        var after = await StatusAsync(coordinator, s => s.Leases.Length == 1 && s.Leases[0].Shard != before.Leases[0].Shard && s.Counts.Alerts == 1);

        Assert.Equal(21, after.Counts.Records);
        Assert.Equal(["a", "b"], _streams.All("alerts").Select(r => r.Key));
    }

    [Fact]
    public async Task Applications_come_and_go_at_run_time_and_keep_their_positions()
    {
        _streams.Create("source");
        var coordinator = Coordinator();
        Spike("a");
        coordinator.Tell(new StartApplication(A.Definition("late")));
        Assert.False((await ExpectMsgAsync<ApplicationDone>(s_patience)).WasThere);
        await StatusAsync(coordinator, s => s.Counts.Alerts == 1);

        coordinator.Tell(new StopApplication("late"));
        Assert.True((await ExpectMsgAsync<ApplicationDone>(s_patience)).WasThere);
        coordinator.Tell(GetStatus.Instance);
        Assert.Empty((await ExpectMsgAsync<PipelinesStatus>(s_patience)).Applications);
        Spike("b");
        coordinator.Tell(new StartApplication(A.Definition("late")));
        Assert.False((await ExpectMsgAsync<ApplicationDone>(s_patience)).WasThere);

        var status = await StatusAsync(coordinator, s => s.Counts.Alerts == 2);
        Assert.Equal(42, status.Counts.Records);
        Assert.Equal(["a", "b"], _streams.All("alerts").Select(r => r.Key));
    }

    [Fact]
    public async Task What_was_started_and_stopped_at_run_time_outlives_the_coordinator()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition("settled"));
        coordinator.Tell(new StartApplication(A.Definition("added")));
        await ExpectMsgAsync<ApplicationDone>(s_patience);
        coordinator.Tell(new StopApplication("settled"));
        await ExpectMsgAsync<ApplicationDone>(s_patience);
        Watch(coordinator);
        Sys.Stop(coordinator);
        await ExpectTerminatedAsync(coordinator, s_patience);

        var next = Coordinator(A.Definition("settled"));

        Assert.Equal("added", (await StatusAsync(next, s => s.Phase == ApplicationPhase.Running)).Name);
        next.Tell(GetStatus.Instance);
        Assert.Single((await ExpectMsgAsync<PipelinesStatus>(s_patience)).Applications);
    }

    [Fact]
    public async Task A_consumer_that_is_lost_runs_again_within_a_poll()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition());
        var status = await StatusAsync(coordinator, s => s.LagMs == 0);
        var id = ConsumerProtocol.Id("watch", status.Leases[0].Shard);
        Sys.Stop(await Sys.ActorSelection(_region.Path / Uri.EscapeDataString(id)).ResolveOne(s_patience));
        Spike("a");

        status = await StatusAsync(coordinator, s => s.Counts.Alerts == 1);

        Assert.Equal(2, status.Leases[0].Consumer!.Epoch);
    }

    [Fact]
    public async Task What_is_read_again_after_a_reset_makes_new_output_once()
    {
        _streams.Create("source", 2);
        var coordinator = Coordinator(A.Definition());
        Spike("a", "b");
        await StatusAsync(coordinator, s => s.Counts.Alerts == 2 && s.LagMs == 0);

        for (var life = 1; life <= 2; life++)
        {
            await AskAsync(coordinator, new PauseApplication("watch"));
            await AskAsync(coordinator, new ResetPositions("watch", new ResetTarget(StartPosition.TrimHorizon, null)));
            await AskAsync(coordinator, new ResumeApplication("watch"));
            await StatusAsync(coordinator, s => s.Counts.Alerts == 2 * (life + 1) && s.LagMs == 0 && s.Leases.All(l => l.Consumer!.Life == life));
        }

        Assert.Equal(["a", "a", "a", "b", "b", "b"], _streams.All("alerts").Select(r => r.Key).Order());
        // New output of the new life, exactly once over a restart of its consumers too.
        await AskAsync(coordinator, new ReleaseLease("watch", 0));
        await AskAsync(coordinator, new ReleaseLease("watch", 1));
        Spike("a", "b");
        await StatusAsync(coordinator, s => s.Counts.Alerts == 8 && s.LagMs == 0);
        Assert.Equal(8, _streams.All("alerts").Count);
    }

    [Fact]
    public async Task A_reset_to_the_end_passes_over_what_is_there_closed_shards_included()
    {
        _streams.Create("source");
        var coordinator = Coordinator(A.Definition());
        await StatusAsync(coordinator, s => s.LagMs == 0);
        await AskAsync(coordinator, new PauseApplication("watch"));
        await StatusAsync(coordinator, s => s.Leases[0].Consumer?.Phase == ConsumerProtocol.ConsumerPhase.Stopped);
        Spike("a");
        _streams.Split("source", 0);
        await AskAsync(coordinator, new ResetPositions("watch", new ResetTarget(StartPosition.Latest, null)));
        await AskAsync(coordinator, new ResumeApplication("watch"));
        Spike("b");

        var status = await StatusAsync(coordinator, s => s.Counts.Alerts == 1 && s.Leases.Length == 3);

        Assert.Equal(LeaseOutcome.Skipped, status.Leases[0].Lease.Outcome);
        Assert.Equal("b", Assert.Single(_streams.All("alerts")).Key);
    }

    private static async Task AskAsync(IActorRef coordinator, IOperation operation)
    {
        var answer = await coordinator.Ask<OperatorAnswer>(operation, s_patience);
        Assert.True(answer.Outcome == OperatorOutcome.Done, answer.Message);
    }

    private IActorRef Coordinator(params PipelineDefinition[] settings) => Sys.ActorOf(
        CoordinatorActor.Props(
            settings.ToImmutableArray(), new LeaseServices(_streams, _region, TimeProvider.System, _metrics, A.Options(), CancellationToken.None)));

    private void Steady(params string[] keys)
    {
        for (var i = 0; i < 20; i++) _streams.Put("source", keys.Select(k => (k, A.Reading(10 + (i % 2)))));
    }

    private void Spike(params string[] keys)
    {
        Steady(keys);
        _streams.Put("source", keys.Select(k => (k, A.Reading(100))));
    }

    /// <summary>Waits for the one application there is.</summary>
    private async Task<ApplicationStatus> StatusAsync(IActorRef coordinator, Func<ApplicationStatus, bool> condition)
    {
        ApplicationStatus? last = null;
        using var timeout = new CancellationTokenSource(s_patience);
        while (!timeout.IsCancellationRequested)
        {
            var status = await coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience);
            last = status.Applications.SingleOrDefault();
            if (last is not null && condition(last)) return last;
            await Task.Delay(10);
        }
        throw new TimeoutException($"The last status was {last}; {string.Join("; ", last?.Leases.Select(l => l.ToString()) ?? [])}");
    }
}
