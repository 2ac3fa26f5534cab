using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// Owners, store, network, clocks and clients of one stream. A seed decides each step; every step's effects are judged at once by
/// the <see cref="Ledger"/> and the <see cref="Acknowledgements"/>.
/// </summary>
internal sealed class SimulatedWorld : IWorld
{
    /// <summary>An owner whose last confirmation is older asks the store before it answers. Below <see cref="RowAgeBeforeDeletionMs"/>.</summary>
    public const long StallMaxMs = 3_000;

    /// <summary>
    /// An owner deletes a row only when it has known it for this long. The number of a deleted row is free again; an owner that
    /// could still take it has stood still for longer than this, and so asks the store before it answers.
    /// </summary>
    public const long RowAgeBeforeDeletionMs = 6_000;

    private const int TraceMax = 80;
    private readonly SplitMix64 _random;
    private readonly Queue<string> _trace = new();
    private readonly Acknowledgements _acknowledgements;
    private int _nextClient = 1;
    private int _nextOwner = 1;
    private int _steps;

    public SimulatedWorld(ulong seed, Mutation mutation)
    {
        _random = new SplitMix64(seed);
        Profile = Profile.From(_random);
        Mutation = mutation;
        Ledger = new Ledger(Stream);
        Store = new SimulatedStore(Ledger, mutation);
        _acknowledgements = new Acknowledgements(this);
        Reshaper = new Reshaper(this, NextClientId());
        Janitor = new Janitor(NextClientId());
        Plain = [.. Enumerable.Range(0, 3).Select(_ => new PlainProducer(this, NextClientId(), Profile.Puts))];
        Callers = [.. Enumerable.Range(0, 3).Select(_ => new Caller(this, NextClientId(), Profile.Calls))];
        Idempotent = [.. Enumerable.Range(0, 2).Select(i => new IdempotentProducer(this, 100 + i, Profile.Outputs))];
        Ledger.OutputsOf = (producer, key) => Producer(producer).OrdinalsOf(key);
        Reshaper.Create(Profile.Shards);
    }

    public Mutation Mutation { get; }
    public Profile Profile { get; }
    public StreamKey Stream { get; } = new("local", new Incarnation(1_700_000_000_000));
    public long NowMs { get; set; }
    public Ledger Ledger { get; }
    public SimulatedStore Store { get; }
    public Network Network { get; } = new();
    public Reshaper Reshaper { get; }
    public Janitor Janitor { get; }
    public IReadOnlyList<PlainProducer> Plain { get; }
    public IReadOnlyList<Caller> Callers { get; }
    public IReadOnlyList<IdempotentProducer> Idempotent { get; }
    public IReadOnlyList<SimulatedNode> Nodes { get; } = [new("a"), new("b"), new("c")];

    /// <summary>Incarnations that have not stopped, oldest first.</summary>
    public List<ShardOwner> Owners { get; } = [];

    public IEnumerable<string> Trace => _trace;

    object IWorld.Profile => Profile;

    public int NextClientId() => _nextClient++;

    public int Below(int limit) => _random.Below(limit);

    public bool Chance(int percent) => _random.Percent(percent);

    public T Of<T>(IReadOnlyList<T> items) => _random.Of(items);

    public ShardKey KeyOf(int shard) => new(Stream.Region, Stream.Incarnation, shard);

    public IdempotentProducer Producer(int number) => Idempotent.First(p => p.Number == number);

    /// <summary>Runs with faults for the profile's steps, then without until all work is done, and checks every replay at the end.</summary>
    public void Run()
    {
        var scheduler = new Scheduler(this);
        for (; _steps < Profile.Steps; _steps++) scheduler.Step(faulty: true);
        Log("the faults end");
        var patience = _steps + 20_000;
        for (; !IsDone(); _steps++)
        {
            if (_steps > patience) throw new Violation($"Without faults the work is still not done after {patience - Profile.Steps} steps.");
            scheduler.Step(faulty: false);
        }
        Ledger.CheckReplay();
    }

    public void Log(string what)
    {
        if (_trace.Count == TraceMax) _trace.Dequeue();
        _trace.Enqueue($"{_steps,6} {NowMs,8} ms  {what}");
    }

    public void Send(Request request)
    {
        Log($"{request} -> shard {request.Shard}");
        Network.Send(request);
    }

    /// <summary>Cluster sharding sends to the owner it knows, mostly the newest; where there is none, it starts one.</summary>
    public void Deliver(Request request)
    {
        var owners = Owners.FindAll(o => o.Number == request.Shard);
        var owner = owners.Count == 0 ? StartOwner(request.Shard) : Chance(75) ? owners[^1] : Of(owners);
        Log($"{owner} gets {request}");
        owner.Receive(request);
    }

    public ShardOwner StartOwner(int shard)
    {
        var owner = new ShardOwner(this, _nextOwner++, shard, Of(Nodes));
        Owners.Add(owner);
        Log($"{owner} starts");
        return owner;
    }

    public void Stopped(ShardOwner owner)
    {
        Owners.Remove(owner);
        Log($"{owner} stops");
    }

    public void Answer(ShardOwner owner, Request request, IMessage reply)
    {
        Log($"{owner} answers {request}: {Shorten(reply)}");
        _acknowledgements.Check(owner, request, reply);
        Network.Answer(request, reply);
    }

    public void CheckRecovered(ShardOwner owner)
    {
        Log($"{owner} recovered to row {owner.State.LastRow}");
        CheckState(owner, "recovery");
    }

    public void CheckConfirmed(ShardOwner owner)
    {
        Log($"{owner} confirms row {owner.State.LastRow}");
        CheckState(owner, "confirmation");
    }

    private void CheckState(ShardOwner owner, string after)
    {
        var states = Ledger.Shard(owner.Number).States;
        if (owner.State.LastRow >= states.Count) throw new Violation($"After {after} {owner} believes in row {owner.State.LastRow}; the newest is {states.Count - 1}.");
        StateText.MustEqual(states[(int)owner.State.LastRow], owner.State, $"The {after} of {owner}");
    }

    private bool IsDone() => Reshaper.IsIdle && Idempotent.All(p => p.IsDone) && Plain.All(p => p.IsDone) && Callers.All(c => c.IsDone);

    private static string Shorten(IMessage reply) => reply switch
    {
        AttachReply.Attached a => $"Attached {string.Join(", ", a.Positions.Select(p => $"{p.Range}={p.Position}"))}",
        AppendReply.Refused r => $"Refused {r.Error}",
        CloseReply.Closed c => $"Closed at row {c.ClosedRow}",
        _ => reply.ToString()!,
    };
}
