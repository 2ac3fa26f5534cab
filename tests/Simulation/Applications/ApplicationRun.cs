using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>One incarnation of an application's actor, as the design describes it, around the real state and decisions.</summary>
internal sealed class ApplicationRun(ApplicationWorld world, Coordinator coordinator, string name) : IWriter
{
    private const int PollMs = 2_500;
    private const int LookTimeoutMs = 10_000;

    private readonly Queue<object> _inbox = new();
    private ApplicationState _state = ApplicationState.New;
    private bool _isRecovered;
    private int _row;
    private IReadOnlyList<IApplicationEvent>? _writing;
    private Action? _then;
    private long? _lookingSinceMs;
    private long _lookedAtMs = long.MinValue / 2;

    public string Name => name;
    public SimulatedProcess Process => coordinator.Process;
    public bool IsGone { get; private set; }

    public bool CanStep => !IsGone && (!_isRecovered || (_writing is null && (_inbox.Count > 0 || IsLookDue)));

    private string Id => $"application-{name}";

    private bool IsLookDue => _lookingSinceMs is { } since
        ? world.NowMs - since > LookTimeoutMs
        : world.NowMs - _lookedAtMs > PollMs;

    public override string ToString() => $"application {name} of {coordinator}";

    public void Step()
    {
        if (!_isRecovered) Recover();
        else if (!_inbox.TryDequeue(out var message)) Look();
        else if (message is StreamDescription look) OnLook(look);
        else if (message is ShardKey finished) OnFinished(finished);
    }

    /// <summary>A consumer says that it has finished.</summary>
    public void Finished(ShardKey shard) => _inbox.Enqueue(shard);

    /// <summary>It was stopped, not merely moved, so its consumers go too.</summary>
    public void Leave()
    {
        StopConsumers(_state);
        Stop();
    }

    public void Stop() => IsGone = true;

    public void WriteEnded(WriteOutcome outcome)
    {
        if (outcome == WriteOutcome.Lost && world.Mutation == ApplicationMutation.ApplicationGoesOnAfterALostRow)
        {
            _row++;
            world.Journals.Begin(this, Id, _row + 1, _writing!);
            return;
        }
        if (outcome != WriteOutcome.Confirmed)
        {
            Stop();
            return;
        }
        foreach (var e in _writing!) _state = _state.Apply(e);
        _row += _writing.Count;
        _writing = null;
        _then!();
    }

    private void Recover()
    {
        foreach (var e in world.Journals.Read(Id))
        {
            _state = _state.Apply((IApplicationEvent)e);
            _row++;
        }
        _isRecovered = true;
        Look();
    }

    private void Look()
    {
        _lookingSinceMs = _lookedAtMs = world.NowMs;
        var look = world.IsFaulty && world.Chance(world.Profile.StaleLookPercent) ? world.Source.DescribeStale() : world.Source.Describe();
        world.Send($"a look of {this}", () =>
        {
            _lookingSinceMs = null;
            _inbox.Enqueue(look);
        });
    }

    private void OnLook(StreamDescription look)
    {
        var before = _state;
        var events = _state.Decide(look, StartPosition.TrimHorizon, 0);
        if (events.IsEmpty) Run();
        else Write(events, () =>
        {
            if (before.Source != _state.Source) StopConsumers(before);
            Run();
        });
    }

    private void OnFinished(ShardKey shard)
    {
        if (_state.DecideFinished(shard, 0) is not { } finished) return;
        Write([finished], () =>
        {
            world.Send($"Stop {name} {shard.Shard}", () => world.ToConsumer(name, shard, consumer => consumer.Receive(StopConsumer.Instance)));
            Run();
            if (_lookingSinceMs is null) Look();
        });
    }

    private void Run()
    {
        if (_state.Source is not { } source) return;
        var leases = world.Mutation == ApplicationMutation.ChildrenRunBesideTheirParents ? _state.Leases.Values.Where(l => l.IsOpen) : _state.Runnable;
        foreach (var lease in leases.ToList())
        {
            var shard = new ShardKey(source.Region, source.Incarnation, lease.Shard);
            var run = new RunConsumer(this, _state.FinishedParents(lease));
            world.Send($"Run {name} {lease.Shard}", () => world.ToConsumer(name, shard, consumer => consumer.Receive(run)));
        }
    }

    private void StopConsumers(ApplicationState state)
    {
        if (state.Source is not { } source) return;
        foreach (var lease in state.Runnable.ToList())
        {
            var shard = new ShardKey(source.Region, source.Incarnation, lease.Shard);
            world.Send($"Stop {name} {lease.Shard}", () => world.ToConsumer(name, shard, consumer => consumer.Receive(StopConsumer.Instance)));
        }
    }

    private void Write(ImmutableArray<IApplicationEvent> events, Action then)
    {
        _writing = events;
        _then = then;
        world.Journals.Begin(this, Id, _row + 1, events);
    }
}

/// <summary>From an application to the consumer of one of its leases.</summary>
/// <param name="Parents">Those that left a final state to take over.</param>
internal sealed record RunConsumer(ApplicationRun Application, ImmutableArray<int> Parents);

internal sealed record StopConsumer
{
    public static readonly StopConsumer Instance = new();
}
