using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>Watches what becomes durable and what takes effect. Throws <see cref="Violation"/> at what breaks an invariant.</summary>
internal sealed class ApplicationLedger(ApplicationWorld world)
{
    private readonly Dictionary<string, ApplicationState> _applications = [];
    private readonly Dictionary<string, ConsumerState> _consumers = [];
    private readonly Dictionary<(string Key, long Epoch), int> _effectsOf = [];
    private readonly Dictionary<string, int> _effects = [];

    // Coordinators by the order in which they read the journal.
    private int _readers;
    private int _newestServing;

    public CoordinatorState Coordinator { get; private set; } = CoordinatorState.New;

    public int NextReader() => ++_readers;

    /// <summary>From here on nobody who read the journal before may write behind it.</summary>
    public void Serves(int reader) => _newestServing = Math.Max(_newestServing, reader);

    public ApplicationState Application(string name) => _applications.GetValueOrDefault(name, ApplicationState.New);

    public ConsumerState Consumer(string key) => _consumers.GetValueOrDefault(key, ConsumerState.New);

    public void Wrote(IWriter writer, string id, object e)
    {
        switch (e)
        {
            case ICoordinatorEvent told:
                if (((Coordinator)writer).ReadAs < _newestServing) throw new Violation($"{told} of {writer} is durable, and its successor, which serves, has not read it.");
                Coordinator = Coordinator.Apply(told);
                break;
            case IApplicationEvent fact:
                var name = ((ApplicationRun)writer).Name;
                Check(writer, Application(name), fact);
                _applications[name] = Application(name).Apply(fact);
                break;
            case IConsumerEvent fact:
                Check((Consumer)writer, Consumer(id), fact);
                _consumers[id] = Consumer(id).Apply(fact);
                break;
        }
    }

    /// <summary>A start or stop that was answered holds until the next one.</summary>
    public void CheckTold(string application, bool isStart)
    {
        if (!Coordinator.Told.TryGetValue(application, out var definition) || definition is not null != isStart)
            throw new Violation($"{(isStart ? "Start" : "Stop")} of {application} was acknowledged, which is not durable.");
    }

    public void HadEffect(Consumer consumer, long epoch, int from, int to)
    {
        if (!_effectsOf.TryAdd((consumer.Key, epoch), consumer.Number) && _effectsOf[(consumer.Key, epoch)] is var other && other != consumer.Number)
            throw new Violation($"{consumer} has an effect under epoch {epoch}, as had incarnation {other}.");
        if (epoch > Consumer(consumer.Key).Epoch) throw new Violation($"{consumer} has an effect under epoch {epoch}, which is not durable.");
        var done = _effects.GetValueOrDefault(consumer.Key);
        if (from != done) throw new Violation($"{consumer} has the effect of records {from} to {to}, where those to {done} are done.");
        _effects[consumer.Key] = to;
        if (_effectsOf.Keys.Any(k => k.Key == consumer.Key && k.Epoch > epoch)) throw new Violation($"{consumer} has an effect under epoch {epoch} after a later one had.");
        CheckParents(consumer);
    }

    private void CheckParents(Consumer consumer)
    {
        var application = Application(consumer.Application);
        if (application.Source != consumer.Shard.Stream || !application.Leases.TryGetValue(consumer.Shard.Shard, out var lease)) return;
        foreach (var parent in lease.Parents)
        {
            if (application.Leases.TryGetValue(parent, out var of) && of.IsOpen)
                throw new Violation($"{consumer} works, and its parent {parent} is not done.");
        }
    }

    private void Check(IWriter writer, ApplicationState before, IApplicationEvent e)
    {
        if (e is not LeaseEnded ended) return;
        if (!before.Leases.TryGetValue(ended.Shard, out var lease) || !lease.IsOpen)
            throw new Violation($"{writer} ends the lease of shard {ended.Shard}, which is not open.");
        var shard = new Shards.Streams.ShardKey(before.Source!.Value.Region, before.Source.Value.Incarnation, ended.Shard);
        if (ended.Outcome == LeaseOutcome.AgedOut && world.Source.Find(shard) is { IsGone: false })
            throw new Violation($"{writer} gives shard {ended.Shard} up, which is still there.");
        if (ended.Outcome == LeaseOutcome.Finished && !Consumer(ConsumerProtocol.Id(((ApplicationRun)writer).Name, shard)).IsFinished)
            throw new Violation($"{writer} ends the lease of shard {ended.Shard} as finished, which its consumer is not.");
    }

    private void Check(Consumer consumer, ConsumerState before, IConsumerEvent e)
    {
        var done = _effects.GetValueOrDefault(consumer.Key);
        switch (e)
        {
            case ConsumerStarted started when started.Epoch <= before.Epoch:
                throw new Violation($"{consumer} starts under epoch {started.Epoch}, after epoch {before.Epoch}.");
            case Checkpointed checkpoint when checkpoint.Position.CompareTo(before.Checkpoint) < 0:
                throw new Violation($"The checkpoint of {consumer} goes back from {before.Checkpoint} to {checkpoint.Position}.");
            case Checkpointed checkpoint when Applications.Consumer.IndexOf(checkpoint.Position) > done:
                throw new Violation($"The checkpoint of {consumer} is {checkpoint.Position}, and its sink has the effects of {done} records.");
            case ConsumerFinished when world.Source.Find(consumer.Shard) is { } shard && (!shard.IsClosed || done != shard.Records):
                throw new Violation($"{consumer} has finished with {done} records of {shard.Records}.");
        }
    }
}
