using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Leases;

/// <summary>An application that goes over to another source while looks take long; a probe stands for the consumers.</summary>
public sealed class RedefinitionSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly PipelineDefinition s_next = A.Definition() with { Source = FakeStreams.Id("other"), Output = FakeStreams.Id("made"), CreateStreams = true };
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipelineMetrics _metrics = new();
    private readonly List<RunConsumer> _told = [];
    private readonly FakeStreams _streams;
    private readonly StreamKey _other;
    private readonly TestProbe _region;
    private readonly IActorRef _coordinator;
    private IActorRef _application = ActorRefs.Nobody;
    private int _held;

    public RedefinitionSpecs()
        : base(PipelineSystem.Config)
    {
        _streams = new FakeStreams(_time);
        _streams.Create("source", 2);
        _streams.Create("alerts");
        _streams.Create("dead");
        _other = _streams.Create("other", 2).Key;
        _region = CreateTestProbe();
        _coordinator = Sys.ActorOf(CoordinatorActor.Props(
            [A.Definition()], new LeaseServices(_streams, _region.Ref, _time, _metrics, new ConsumerOptions(), CancellationToken.None)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_look_that_began_under_the_former_definition_is_none_of_the_new_one()
    {
        await RunAsync();
        Hold("source");
        await PollAsync();
        Assert.Equal(1, _held);

        await RedefineAsync();
        _look.SetResult();
        await Eventually.BeTrueAsync(() => _held == 0, "the look's end");

        await RunNextAsync();
        Assert.IsType<MapResult.Found>(await _streams.MapAsync(s_next.Output, CancellationToken.None));
    }

    [Fact]
    public async Task No_consumer_is_told_of_a_new_definition_before_its_source_was_looked_at()
    {
        await RunAsync();
        Hold("other");
        await RedefineAsync();

        await PollAsync();
        await PollAsync();
        Assert.Equal(1, _held);
        var finished = _told[0].Shard;
        _application.Tell(
            new ConsumerStatus("watch", finished, ConsumerPhase.Finished, "", 1, default, 0, 0, default, "", "akka.tcp://actorstreams@10.0.0.1:4053#17"), _region.Ref);
        await StatusAsync(s => s.Leases.Any(l => l.Lease.Outcome == LeaseOutcome.Finished));
        await _coordinator.Ask<OperatorAnswer>(new PauseApplication("watch"), s_patience);
        await _coordinator.Ask<OperatorAnswer>(new ResumeApplication("watch"), s_patience);
        await ReceiveAsync();
        Assert.DoesNotContain(_told, run => run.Definition.Source == s_next.Source);

        _look.SetResult();
        await RunNextAsync();
    }

    /// <summary>Looks at a stream from now on end with the spec's word only.</summary>
    private void Hold(string name) => _streams.OnDescribe = async stream =>
    {
        if (stream.Name != name) return;
        Interlocked.Increment(ref _held);
        await _look.Task;
        Interlocked.Decrement(ref _held);
    };

    private async Task RunAsync()
    {
        for (var told = 0; told < 2; told++) _told.Add(await _region.FishForMessageAsync<RunConsumer>(_ => true, s_patience));
        _application = _region.LastSender;
    }

    /// <summary>Polls until consumers run under the new definition, which are those of its source alone.</summary>
    private async Task RunNextAsync()
    {
        using var timeout = new CancellationTokenSource(s_patience);
        ImmutableArray<RunConsumer> next = [];
        while (next.Length < 2)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await PollAsync();
            next = [.. _told.Where(run => run.Definition.Source == s_next.Source)];
        }
        Assert.All(next, run => Assert.Equal(_other, run.Shard.Stream));
    }

    private async Task RedefineAsync()
    {
        Assert.True((await _coordinator.Ask<ApplicationDone>(new StartApplication(s_next), s_patience)).WasThere);
        await ReceiveAsync();
    }

    private async Task PollAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        await ReceiveAsync();
    }

    /// <summary>Notes what consumers are told for all that the application was told so far.</summary>
    private async Task ReceiveAsync()
    {
        // Its answer comes after that of all polls before.
        await _coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience);
        await _application.HasDoneAllAsync();
        await _region.Ref.HasDoneAllAsync();
        while (await _region.TryReceiveOneAsync(TimeSpan.Zero) is (true, var envelope))
        {
            if (envelope.Message is RunConsumer run) _told.Add(run);
        }
    }

    private async Task StatusAsync(Func<ApplicationStatus, bool> condition)
    {
        using var timeout = new CancellationTokenSource(s_patience);
        while ((await _coordinator.Ask<PipelinesStatus>(GetStatus.Instance, s_patience)).Applications is not [var status] || !condition(status))
            timeout.Token.ThrowIfCancellationRequested();
    }
}
