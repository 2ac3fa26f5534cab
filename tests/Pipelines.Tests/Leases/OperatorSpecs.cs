using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Tests.Fakes;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>What interrupts leases, silence and people, in time that the spec alone moves; a probe stands for the consumers.</summary>
public sealed class OperatorSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly PipelineMetrics _metrics = new();
    private readonly TestProbe _region;

    public OperatorSpecs()
        : base(PipelineSystem.Config)
    {
        _streams = new FakeStreams(_time);
        _streams.Create("source");
        _streams.Create("alerts");
        _streams.Create("dead");
        _region = CreateTestProbe();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_consumer_that_does_not_answer_is_moved_off_its_node_and_the_move_outlives_the_coordinator()
    {
        var coordinator = Coordinator();
        var run = await RunAsync(_ => true);
        Answer(run, ConsumerPhase.Running);

        var moved = await RunAsync(r => r.Placement.Number == 1, answers: false);

        Assert.Equal(new LeasePlacement(1, "10.0.0.1:4053"), moved.Placement);
        await StopAsync(coordinator);
        var next = Coordinator();
        Assert.Equal(moved.Placement, (await RunAsync(_ => true)).Placement);
        var lease = (await StatusAsync(next, s => s.Leases.Length == 1)).Leases[0].Lease;
        Assert.Equal(1, lease.Restarts);
        Assert.Contains("Nothing was heard", Assert.Single(lease.Causes).What);
    }

    [Fact]
    public async Task What_a_moved_consumer_tells_of_its_former_place_is_not_listened_to()
    {
        Coordinator();
        var run = await RunAsync(_ => true);
        Answer(run, ConsumerPhase.Running);
        await RunAsync(r => r.Placement.Number == 1, answers: false);

        Answer(run, ConsumerPhase.Finished);

        Assert.Equal(1, (await RunAsync(_ => true)).Placement.Number);
    }

    [Fact]
    public async Task A_pause_stops_the_consumers_and_lasts_until_it_is_resumed()
    {
        var coordinator = Coordinator();
        Answer(await RunAsync(_ => true), ConsumerPhase.Running);
        Assert.Equal(OperatorOutcome.Done, (await AskAsync(coordinator, new PauseApplication("watch"))).Outcome);
        await FishAsync<StopConsumer>(_ => true);

        await StopAsync(coordinator);
        coordinator = Coordinator();
        await StatusAsync(coordinator, s => s is { IsPaused: true, Phase: ApplicationPhase.Paused });
        var stop = await FishAsync<StopConsumer>(_ => true);
        Answer(stop, ConsumerPhase.Stopped);
        await StatusAsync(coordinator, s => s.Leases[0].Consumer?.Phase == ConsumerPhase.Stopped);
        await DrainAsync();
        for (var i = 0; i < 60; i++) _time.Advance(TimeSpan.FromSeconds(1));
        await _region.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(OperatorOutcome.Done, (await AskAsync(coordinator, new ResumeApplication("watch"))).Outcome);
        Assert.Equal(0, (await RunAsync(_ => true)).Placement.Number);
    }

    [Fact]
    public async Task A_release_stops_the_consumer_and_starts_it_off_its_node()
    {
        var coordinator = Coordinator();
        Answer(await RunAsync(_ => true), ConsumerPhase.WaitingForSink);
        await StatusAsync(coordinator, s => s.Leases is [{ Consumer: not null }]);

        Assert.Equal(OperatorOutcome.Done, (await AskAsync(coordinator, new ReleaseLease("watch", 0))).Outcome);

        Assert.Equal(LeasePlacement.First, (await FishAsync<StopConsumer>(_ => true)).Placement);
        Assert.Equal(new LeasePlacement(1, "10.0.0.1:4053"), (await RunAsync(r => r.Placement.Number > 0)).Placement);
    }

    [Fact]
    public async Task What_is_not_there_or_not_allowed_is_refused_in_words()
    {
        var coordinator = Coordinator();
        Answer(await RunAsync(_ => true), ConsumerPhase.Running);

        Assert.Equal(OperatorOutcome.NotFound, (await AskAsync(coordinator, new PauseApplication("other"))).Outcome);
        Assert.Equal(OperatorOutcome.NotFound, (await AskAsync(coordinator, new ReleaseLease("watch", 9))).Outcome);
        var running = await AskAsync(coordinator, new ResetPositions("watch", Target("LATEST")));
        Assert.Equal(OperatorOutcome.Refused, running.Outcome);
        Assert.Contains("pause it first", running.Message);
        await AskAsync(coordinator, new PauseApplication("watch"));
        Assert.Equal(OperatorOutcome.Refused, (await AskAsync(coordinator, new ReleaseLease("watch", 0))).Outcome);
        var future = await AskAsync(coordinator, new ResetPositions("watch", Target("2030-01-01T00:00:00Z")));
        Assert.Contains("in the future", future.Message);
        Assert.False(ResetTarget.TryParse("yesterday", out _));
    }

    [Theory]
    [InlineData("TRIM_HORIZON", 0)]
    [InlineData("2025-01-01T00:00:01Z", 2)]
    [InlineData("LATEST", 4)]
    public async Task A_reset_begins_a_new_life_at_positions_that_are_found_before_anything_is_changed(string to, int row)
    {
        for (var i = 0; i < 3; i++)
        {
            _streams.Put("source", "k", A.Reading(i));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        var coordinator = Coordinator();
        Answer(await RunAsync(_ => true), ConsumerPhase.Running);
        await AskAsync(coordinator, new PauseApplication("watch"));
        var first = _streams.All("source")[0].Number.Row;

        Assert.Equal(OperatorOutcome.Done, (await AskAsync(coordinator, new ResetPositions("watch", Target(to)))).Outcome);
        await StopAsync(coordinator);
        coordinator = Coordinator();
        await AskAsync(coordinator, new ResumeApplication("watch"));

        var run = await RunAsync(r => r.Life == 1);
        Assert.Equal(row switch { 0 => 0, 2 => first + 1, _ => first + 2 }, run.From!.Value.Row);
        Assert.Equal(row == 4 ? 1 : 0, run.From.Value.Index);
    }

    [Fact]
    public async Task The_journal_of_an_application_is_kept_short()
    {
        var coordinator = Coordinator();
        await RunAsync(_ => true);
        for (var i = 0; i < 130; i++)
        {
            await AskAsync(coordinator, new PauseApplication("watch"));
            await AskAsync(coordinator, new ResumeApplication("watch"));
        }
        await AskAsync(coordinator, new PauseApplication("watch"));
        await StopAsync(coordinator);

        var journal = await JournalAsync();

        Assert.True(Assert.IsType<ApplicationSnapshot>(journal[0]).State.Leases.Count == 1);
        Assert.InRange(journal.Count, 2, 101);
        await StatusAsync(Coordinator(), s => s is { IsPaused: true, Leases.Length: 1 });
    }

    private static ResetTarget Target(string text) => ResetTarget.TryParse(text, out var target) ? target : throw new ArgumentException(text);

    private IActorRef Coordinator()
    {
        // A word of its own for each, so that one in the mailbox of a former one is not taken for it.
        var options = A.Options() with { PollInterval = TimeSpan.FromSeconds(1) };
        ImmutableArray<PipelineDefinition> settings = [A.Definition()];
        var services = new LeaseServices(_streams, _region.Ref, _time, _metrics, options, CancellationToken.None);
        return Sys.ActorOf(CoordinatorActor.Props(settings, services));
    }

    private void Answer(IRequest request, ConsumerPhase phase) => _region.LastSender.Tell(
        new ConsumerStatus(request.Application, request.Shard, phase, "", 1, default, 0, 0, default, "", "akka.tcp://actorstreams@10.0.0.1:4053#17")
        {
            Placement = request.Placement,
        }, _region.Ref);

    /// <summary>Moves time, poll by poll, until a consumer is told to run that is looked for.</summary>
    private Task<RunConsumer> RunAsync(Func<RunConsumer, bool> condition, bool answers = true) => FishAsync(condition, answers);

    private async Task<T> FishAsync<T>(Func<T, bool> condition, bool answers = true)
        where T : IRequest
    {
        using var timeout = new CancellationTokenSource(s_patience);
        while (!timeout.IsCancellationRequested)
        {
            var (success, envelope) = await _region.TryReceiveOneAsync(TimeSpan.FromMilliseconds(20));
            if (success && envelope.Message is T found && condition(found)) return found;
            if (success && answers && envelope.Message is RunConsumer run) Answer(run, ConsumerPhase.Running);
            if (!success) _time.Advance(TimeSpan.FromSeconds(1));
        }
        throw new TimeoutException($"No {typeof(T).Name} that is looked for.");
    }

    private async Task DrainAsync()
    {
        while ((await _region.TryReceiveOneAsync(TimeSpan.FromMilliseconds(50))).success) { }
    }

    private async Task<OperatorAnswer> AskAsync(IActorRef coordinator, IOperation operation) =>
        await coordinator.Ask<OperatorAnswer>(operation, s_patience);

    private async Task StopAsync(IActorRef coordinator)
    {
        Watch(coordinator);
        Sys.Stop(coordinator);
        await ExpectTerminatedAsync(coordinator, s_patience);
        await DrainAsync();
    }

    private async Task<ApplicationStatus> StatusAsync(IActorRef coordinator, Func<ApplicationStatus, bool> condition)
    {
        ApplicationStatus? last = null;
        using var timeout = new CancellationTokenSource(s_patience);
        while (!timeout.IsCancellationRequested)
        {
            last = (await coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience)).Applications.SingleOrDefault();
            if (last is not null && condition(last)) return last;
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(10);
        }
        throw new TimeoutException($"The last status was {last}.");
    }

    private async Task<IReadOnlyList<object>> JournalAsync()
    {
        var probe = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new JournalReader("application-watch", probe.Ref)));
        return (await probe.ExpectMsgAsync<JournalReader.Contents>(s_patience)).Events;
    }
}
