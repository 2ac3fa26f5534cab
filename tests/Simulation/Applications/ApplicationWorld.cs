using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>A message on its way.</summary>
internal sealed record Message(string What, Action Deliver);

/// <summary>
/// Three processes over one database: whoever holds the lease coordinates two applications over one stream, whose consumers run anywhere. A seed
/// decides each step; every step's effects are judged at once.
/// </summary>
internal sealed class ApplicationWorld : IWorld
{
    /// <summary>Named by the settings.</summary>
    public const string Configured = "configured";

    /// <summary>Started and stopped at run time.</summary>
    public const string Told = "told";

    private const int TraceMax = 80;
    private const int CalmStepsMax = 60_000;
    private const int RestartMs = 1_000;
    private readonly SplitMix64 _random;
    private readonly Queue<string> _trace = new();
    private readonly List<(SimulatedProcess Process, long AtMs)> _restarts = [];
    private int _nextIncarnation = 1;
    private int _steps;

    public ApplicationWorld(ulong seed, ApplicationMutation mutation)
    {
        _random = new SplitMix64(seed);
        Profile = ApplicationProfile.From(_random);
        Mutation = mutation;
        Database = new LeaseDatabase(this);
        Journals = new Journals(this);
        Ledger = new ApplicationLedger(this);
        Source = new SimulatedSource(this);
        Sink = new SimulatedSink(this);
        Processes = [new(this, "a", false), new(this, "b", true), new(this, "c", Chance(50))];
        foreach (var process in Processes) process.Start();
    }

    public ApplicationMutation Mutation { get; }
    public ApplicationProfile Profile { get; }
    public long NowMs { get; set; } = 1;
    public bool IsFaulty { get; private set; } = true;
    public LeaseDatabase Database { get; }
    public Journals Journals { get; }
    public ApplicationLedger Ledger { get; }
    public SimulatedSource Source { get; }
    public SimulatedSink Sink { get; }
    public IReadOnlyList<SimulatedProcess> Processes { get; }
    public List<Message> Messages { get; } = [];

    /// <summary>Incarnations that have not stopped, oldest first.</summary>
    public List<Coordinator> Coordinators { get; } = [];

    public List<Consumer> Consumers { get; } = [];

    /// <summary>A command that is not answered yet, and when it is given up.</summary>
    public long? CommandUntilMs { get; set; }

    /// <summary>A command that was given up: it may have been done or not, so whoever gave it does so again.</summary>
    public bool? Unanswered { get; set; }

    /// <summary>The last command that was answered: whether it was a start.</summary>
    public bool? Answered { get; set; }

    public IEnumerable<string> Trace => _trace;

    object IWorld.Profile => Profile;

    public int Below(int limit) => _random.Below(limit);

    public bool Chance(int percent) => _random.Percent(percent);

    public T Of<T>(IReadOnlyList<T> items) => _random.Of(items);

    /// <summary>Runs with faults for the profile's steps, then without until every record of every shard has had its effect.</summary>
    public void Run()
    {
        var scheduler = new ApplicationScheduler(this);
        for (; _steps < Profile.Steps; _steps++) Step(scheduler);
        IsFaulty = false;
        foreach (var process in Processes) process.Wake();
        // A command that a coordinator took which had lost its lease unnoticed is known to its successor by the next command at the latest.
        Unanswered ??= Answered;
        Log("the faults end");
        for (var calm = 0; !IsDone(); calm++, _steps++)
        {
            if (calm > CalmStepsMax) throw new Violation($"Without faults the work is still not done after {CalmStepsMax} steps: {What()}.");
            Step(scheduler);
        }
    }

    public void Log(string what)
    {
        if (_trace.Count == TraceMax) _trace.Dequeue();
        _trace.Enqueue($"{_steps,6} {NowMs,8} ms  {what}");
    }

    public void Send(string what, Action deliver) => Messages.Add(new Message(what, deliver));

    public void StartCoordinator(SimulatedProcess process)
    {
        var coordinator = new Coordinator(this, _nextIncarnation++, process);
        Coordinators.Add(coordinator);
        Log($"{coordinator} starts");
    }

    public void StopCoordinators(SimulatedProcess process)
    {
        foreach (var coordinator in Coordinators.FindAll(c => c.Process == process)) coordinator.Stop();
        _restarts.RemoveAll(r => r.Process == process);
    }

    /// <summary>A write that failed stopped it: it is started again where it was, as long as its process has the lease.</summary>
    public void CoordinatorFailed(Coordinator coordinator)
    {
        Log($"{coordinator} stops");
        if (Mutation != ApplicationMutation.CoordinatorStaysDown && coordinator.Process.Lease.Epoch > 0) _restarts.Add((coordinator.Process, NowMs + RestartMs));
    }

    /// <summary>Cluster sharding sends to the incarnation it knows, mostly the newest; where there is none, it starts one.</summary>
    public void ToConsumer(string application, ShardKey shard, Action<Consumer> deliver)
    {
        var there = Consumers.FindAll(c => !c.IsGone && c.Application == application && c.Shard == shard);
        deliver(there.Count == 0 ? StartConsumer(application, shard) : Chance(75) ? there[^1] : Of(there));
    }

    public Consumer StartConsumer(string application, ShardKey shard)
    {
        var consumer = new Consumer(this, _nextIncarnation++, application, shard, Of(Processes));
        Consumers.Add(consumer);
        Log($"{consumer} starts");
        return consumer;
    }

    public void Kill(SimulatedProcess process)
    {
        Log($"{process} is killed");
        StopCoordinators(process);
        foreach (var consumer in Consumers.FindAll(c => c.Process == process)) consumer.Stop();
        process.Start();
    }

    private void Step(ApplicationScheduler scheduler)
    {
        foreach (var (process, _) in _restarts.FindAll(r => r.AtMs <= NowMs)) StartCoordinator(process);
        _restarts.RemoveAll(r => r.AtMs <= NowMs);
        Coordinators.RemoveAll(c => c.IsGone);
        Consumers.RemoveAll(c => c.IsGone);
        scheduler.Step();
        Database.CheckBeliefs(Processes);
    }

    private bool IsDone() => CommandUntilMs is null && Unanswered is null && Effective.All(IsDone);

    private IEnumerable<string> Effective => Ledger.Coordinator.Effective([Coordinator.Define(Configured)]).Select(d => d.Name);

    private bool IsDone(string application)
    {
        var state = Ledger.Application(application);
        return state.Source?.Incarnation == Source.Life && Source.Shards.All(shard => shard.IsGone
            ? !state.Leases.TryGetValue(shard.Number, out var gone) || !gone.IsOpen
            : state.Leases.TryGetValue(shard.Number, out var lease) && lease.IsOpen != shard.IsClosed && IsRead(application, shard));
    }

    private bool IsRead(string application, SourceShard shard)
    {
        var key = ConsumerProtocol.Id(application, new ShardKey("local", Source.Life, shard.Number));
        return Sink.PositionOf(key) == shard.Records && Consumer.IndexOf(Ledger.Consumer(key).Checkpoint) == shard.Records;
    }

    private string What() => string.Join("; ", Effective.Where(a => !IsDone(a)).Select(a => $"{a} has {Ledger.Application(a)}"));
}
