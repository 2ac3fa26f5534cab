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

/// <summary>How often consumers are told to run, in time that the spec alone moves; a probe stands for the consumers.</summary>
public sealed class IdlePollSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly ConsumerOptions s_options = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeStreams _streams;
    private readonly PipelineMetrics _metrics = new();
    private readonly TestProbe _region;
    private readonly IActorRef _coordinator;
    private IActorRef _application = ActorRefs.Nobody;
    private RunConsumer? _run;
    private ConsumerCounts _counts;

    public IdlePollSpecs()
        : base(PipelineSystem.Config)
    {
        _streams = new FakeStreams(_time);
        _streams.Create("source");
        _streams.Create("alerts");
        _streams.Create("dead");
        _region = CreateTestProbe();
        _coordinator = Sys.ActorOf(CoordinatorActor.Props(
            [A.Definition()], new LeaseServices(_streams, _region.Ref, _time, _metrics, s_options, CancellationToken.None)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Idle_consumers_are_told_seldom_and_one_that_answers_no_more_at_each_poll()
    {
        await BecomeIdleAsync();

        Assert.InRange(await PassAsync(seconds: 60, answers: true), 10, 15);
        Assert.InRange(await PassAsync(seconds: 29, answers: false), 24, 30);
    }

    [Fact]
    public async Task Consumers_that_get_records_are_told_at_each_poll()
    {
        await BecomeIdleAsync();

        Tell(ConsumerPhase.Running, records: 1);

        Assert.InRange(await PassAsync(seconds: 20, answers: true, records: 1), 19, 22);
    }

    [Theory]
    [InlineData(ConsumerPhase.Restarting)]
    [InlineData(ConsumerPhase.Draining)]
    [InlineData(ConsumerPhase.WaitingForSource)]
    public async Task One_that_says_that_it_does_not_run_is_told_to_at_the_next_poll(ConsumerPhase phase)
    {
        await BecomeIdleAsync();
        await PassAsync(seconds: 1, answers: true);

        Tell(phase);

        await ShownAsync(phase);
        Assert.Equal(1, await PassAsync(seconds: 1, answers: true));
    }

    [Fact]
    public async Task A_new_definition_reaches_the_consumers_at_once()
    {
        await BecomeIdleAsync();

        _coordinator.Tell(new StartApplication(A.Definition() with { CheckpointInterval = TimeSpan.FromSeconds(7) }));

        var run = await _region.FishForMessageAsync<RunConsumer>(_ => true, s_patience);
        Assert.Equal(TimeSpan.FromSeconds(7), run.Definition.CheckpointInterval);
    }

    [Fact]
    public async Task A_split_is_found_when_the_consumer_says_that_its_shard_has_ended()
    {
        await BecomeIdleAsync();
        _streams.Split("source", 0);

        Tell(ConsumerPhase.Finished);

        var children = new HashSet<int>();
        await _region.FishForMessageAsync<RunConsumer>(run => run.Shard.Shard > 0 && children.Add(run.Shard.Shard) && children.Count == 2, s_patience);
    }

    private async Task BecomeIdleAsync()
    {
        _run = await _region.FishForMessageAsync<RunConsumer>(_ => true, s_patience);
        _application = _region.LastSender;
        await PassAsync(seconds: 20, answers: true);
    }

    /// <summary>Moves time by seconds, a poll each, and says how often the consumer was told to run.</summary>
    private async Task<int> PassAsync(int seconds, bool answers, int records = 0)
    {
        var told = 0;
        for (var second = 0; second < seconds; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            // Its answer comes after that of all polls before.
            await _coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience);
            await _application.HasDoneAllAsync();
            await _region.Ref.HasDoneAllAsync();
            while (await _region.TryReceiveOneAsync(TimeSpan.Zero) is (true, { Message: RunConsumer }))
            {
                told++;
                if (answers) Tell(ConsumerPhase.Running, records);
            }
        }
        return told;
    }

    private void Tell(ConsumerPhase phase, int records = 0)
    {
        _counts += new ConsumerCounts(records, 0, 0, 0);
        _application.Tell(
            new ConsumerStatus("watch", _run!.Shard, phase, "", 1, default, 0, 0, _counts, "", "akka.tcp://actorstreams@10.0.0.1:4053#17")
            {
                Health = new ConsumerHealth(),
            }, _region.Ref);
    }

    private async Task ShownAsync(ConsumerPhase phase)
    {
        using var timeout = new CancellationTokenSource(s_patience);
        while ((await _coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience)).Applications is not [{ Leases: [{ Consumer: { } shown }] }] || shown.Phase != phase)
            timeout.Token.ThrowIfCancellationRequested();
    }
}
