using System.Collections.Immutable;
using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

internal enum OwnerPhase
{
    Starting,
    Replaying,
    Owning,
    Serving,
    Writing,

    /// <summary>A write was confirmed after a long stall: the store is asked whether it went on without this owner.</summary>
    Verifying,
    Stopped,
}

/// <summary>
/// One incarnation of a shard's actor, as the design describes it, around the real state and decisions:
/// <code>
/// Starting ─▶ Replaying ─▶ Owning ─▶ Serving ◀──▶ Writing ◀──▶ Verifying     each may end in Stopped
/// </code>
/// Commands queue raw and are decided when no write is in flight; answers wait for the confirmation.
/// </summary>
internal sealed class ShardOwner(SimulatedWorld world, int id, int number, SimulatedNode node)
{
    private const int FlushAppendsMax = 6;

    private readonly Queue<Request> _waiting = new();
    private readonly List<(Request Request, IMessage Reply)> _promised = [];
    private readonly List<(long AtMs, long Row)> _knownRows = [];
    // A window that no run outlasts; its edge is a spec of its own.
    private readonly RecentCalls _calls = new(TimeSpan.FromDays(365), int.MaxValue);
    private IReadOnlyList<CallBlock> _callsInFlight = [];
    private long _callsUnreadToRow;
    private PendingWrite? _write;
    private ShardEvents.IShardEvent? _writing;
    private ShardState? _snapshot;
    private long _confirmedAtMs;

    public int Id { get; } = id;
    public int Number { get; } = number;
    public ShardState State { get; private set; } = ShardState.Unborn;
    public OwnerPhase Phase { get; private set; }

    /// <summary>Until then its process stands still.</summary>
    public long FrozenUntilMs { get; set; }

    public bool CanStep => Phase switch
    {
        OwnerPhase.Starting or OwnerPhase.Replaying or OwnerPhase.Verifying => true,
        OwnerPhase.Serving => _waiting.Count > 0,
        OwnerPhase.Writing => _waiting.Count > 0 && world.Mutation == Mutation.DecideAgainstUnconfirmedState,
        _ => false,
    };

    public override string ToString() => $"owner {Id} of shard {Number}";

    public void Receive(Request request)
    {
        // It waits until the shard is owned; meanwhile another owner may store the next try of its call.
        if (Phase is OwnerPhase.Starting or OwnerPhase.Replaying or OwnerPhase.Owning && request.Command is Append { Call: { } call } append)
            request = request with { Command = append with { Call = call with { MayBeRepeat = true } } };
        _waiting.Enqueue(request);
        if (world.Mutation == Mutation.DecideAgainstUnconfirmedState && Phase == OwnerPhase.Writing) Step();
    }

    public void Step()
    {
        switch (Phase)
        {
            case OwnerPhase.Starting: LoadSnapshot(); break;
            case OwnerPhase.Replaying: Replay(); break;
            case OwnerPhase.Serving: Flush(); break;
            case OwnerPhase.Writing: JudgeRepeatEarly(); break;
            case OwnerPhase.Verifying: Verify(); break;
        }
    }

    public void Crash()
    {
        Phase = OwnerPhase.Stopped;
        world.Stopped(this);
    }

    public void WriteEnded(WriteOutcome outcome)
    {
        if (outcome == WriteOutcome.Unknown && world.Mutation == Mutation.AcknowledgeUnknownOutcome) outcome = WriteOutcome.Confirmed;
        if (outcome == WriteOutcome.Lost && world.Mutation == Mutation.LoserGoesOn && Phase == OwnerPhase.Writing)
        {
            _write = world.Store.Begin(this, _write!.Row + 1, new StoredEvent(_writing!));
            return;
        }
        if (outcome != WriteOutcome.Confirmed)
        {
            Stop();
            return;
        }
        if (world.NowMs - _confirmedAtMs > SimulatedWorld.StallMaxMs && world.Mutation != Mutation.StalledOwnerTrustsItsWrite)
            Phase = OwnerPhase.Verifying;
        else
            Confirm();
    }

    /// <summary>The next rows this owner may delete: given up durably, not needed by either snapshot, and seen long enough ago.</summary>
    public long DeletableTo()
    {
        if (Phase is not (OwnerPhase.Serving or OwnerPhase.Writing)) return 0;
        var snapshots = world.Store.Shard(Number).Snapshots;
        var covered = world.Mutation == Mutation.DeleteAboveOlderSnapshot ? long.MaxValue : snapshots.Count < 2 ? 0 : snapshots[0].LastRow;
        var old = world.Mutation == Mutation.DeleteYoungRows
            ? long.MaxValue
            : _knownRows.FindLast(k => k.AtMs <= world.NowMs - SimulatedWorld.RowAgeBeforeDeletionMs).Row;
        var givenUp = world.Mutation == Mutation.DeleteBeforeTrimIsDurable && _writing is ShardEvents.TrimmedTo trim ? trim.Row : State.TrimmedToRow;
        return Math.Min(givenUp, Math.Min(covered, old));
    }

    public void SaveSnapshot()
    {
        if (Phase is OwnerPhase.Serving or OwnerPhase.Writing && State.LastRow > 0) world.Store.SaveSnapshot(Number, State);
    }

    private void LoadSnapshot()
    {
        var snapshots = world.Store.Shard(Number).Snapshots;
        // The newest may be unreadable; then the older one and more events make the same state.
        _snapshot = snapshots.Count == 2 && world.Chance(20) ? snapshots[0] : snapshots.LastOrDefault();
        Phase = OwnerPhase.Replaying;
    }

    private void Replay()
    {
        var state = _snapshot ?? ShardState.Unborn;
        var rows = world.Store.Shard(Number).Rows.Where(r => r.Key > state.LastRow);
        if (world.Mutation == Mutation.RecoverFromSnapshotAlone && _snapshot is not null) rows = [];
        foreach (var (row, e) in rows)
        {
            if (world.Mutation == Mutation.RecoveryIgnoresMissingRows) state = state with { LastRow = row - 1 };
            try
            {
                var fact = e.Read();
                state = state.Apply(fact, row);
                if (fact is ShardEvents.RecordsAppended replayed) AddCalls(replayed.Batch.Calls());
            }
            catch (MissingRowsException missing)
            {
                // Another owner deleted rows while this one stood still between snapshot and events. It starts again.
                world.Log($"{this} stops: {missing.Message}");
                Crash();
                return;
            }
        }
        State = state;
        _callsUnreadToRow = _snapshot?.LastRow ?? 0;
        world.CheckRecovered(this);
        if (State.Lifecycle == ShardLifecycle.Unborn)
        {
            Phase = OwnerPhase.Serving;
            return;
        }
        _knownRows.Add((world.NowMs, State.LastRow));
        _confirmedAtMs = world.NowMs;
        Write(new ShardEvents.Owned(State.OwnerEpoch + 1, node.Name));
        Phase = OwnerPhase.Owning;
    }

    private void Flush()
    {
        Decide();
        // Somebody else may have opened the shard since this owner saw that nobody had. It would never notice, because it writes nothing.
        if (State.Lifecycle == ShardLifecycle.Unborn && Phase == OwnerPhase.Serving && world.Mutation != Mutation.UnbornOwnerStays) Crash();
    }

    private void Decide()
    {
        if (_waiting.Peek().Command is Append)
        {
            var requests = new List<Request>();
            while (requests.Count < FlushAppendsMax && _waiting.TryPeek(out var next) && next.Command is Append) requests.Add(_waiting.Dequeue());
            if (requests.Exists(r => r.Command is Append { Call.MayBeRepeat: true })) ReadOldCalls();
            var decision = AppendDecision.Decide(
                State, [.. requests.Select(r => (Append)r.Command)], node.ClockMs(world.NowMs), world.Mutation == Mutation.OwnersForgetCalls ? null : _calls);
            _callsInFlight = decision.Calls;
            Promise(decision.Batch is null ? null : new ShardEvents.RecordsAppended(decision.Batch), [.. requests.Zip(decision.Replies)]);
            return;
        }
        var request = _waiting.Dequeue();
        switch (request.Command)
        {
            case Open open:
                var (opened, openReply) = State.Decide(open, node.Name);
                Promise(opened, [(request, openReply)]);
                break;
            case Attach attach:
                var (attached, attachRefusal) = State.Decide(attach);
                Promise(attached, [(request, (IMessage?)attachRefusal ?? Later.Instance)]);
                break;
            case Close close:
                var (closed, closeRefusal) = State.Decide(close);
                Promise(closed, [(request, (IMessage?)closeRefusal ?? Later.Instance)]);
                break;
            case Trim trim:
                var trimmed = State.DecideTrim(RowBefore(trim.BeforeMs));
                if (State.Lifecycle != ShardLifecycle.Unborn) Promise(trimmed, [(request, Later.Instance)]);
                break;
        }
    }

    /// <summary>Answers with the event's confirmation, or at once where there is nothing to write.</summary>
    private void Promise(ShardEvents.IShardEvent? e, IEnumerable<(Request, IMessage)> answers)
    {
        _promised.AddRange(answers);
        if (e is null)
        {
            Keep();
            return;
        }
        Write(e);
        Phase = OwnerPhase.Writing;
        if (world.Mutation == Mutation.AcknowledgeBeforeConfirm && e is ShardEvents.RecordsAppended) Keep();
    }

    private void Keep()
    {
        foreach (var (request, reply) in _promised) world.Answer(this, request, reply is Later ? AnswerFromState(request) : reply);
        _promised.Clear();
    }

    private IMessage AnswerFromState(Request request) => request.Command switch
    {
        Attach a => State.Attached(a.Producer),
        Close c => State.Closed(c.Shard),
        Trim t => new TrimReply.Trimmed(t.Shard, State.TrimmedToRow),
        _ => throw new InvalidOperationException($"{request.Command} has its answer with the decision."),
    };

    private void Write(ShardEvents.IShardEvent e)
    {
        _writing = e;
        _write = world.Store.Begin(this, State.LastRow + 1, new StoredEvent(e));
    }

    private void Confirm()
    {
        State = (State with { LastRow = _write!.Row - 1 }).Apply(_writing!, _write.Row);
        AddCalls(_callsInFlight);
        _callsInFlight = [];
        _write = null;
        _writing = null;
        _confirmedAtMs = world.NowMs;
        _knownRows.Add((world.NowMs, State.LastRow));
        Phase = OwnerPhase.Serving;
        world.CheckConfirmed(this);
        Keep();
    }

    private void Verify()
    {
        if (world.Store.Shard(Number).HighestRow > _write!.Row) Stop();
        else Confirm();
    }

    /// <summary>What is in flight has an unknown outcome; what waits was never tried and may be sent again.</summary>
    private void Stop()
    {
        foreach (var (request, _) in _promised)
        {
            if (request.Command is Append) world.Answer(this, request, new AppendReply.Refused(AppendError.OutcomeUnknown, "The store did not confirm."));
        }
        foreach (var request in _waiting)
        {
            if (request.Command is Append) world.Answer(this, request, new AppendReply.Refused(AppendError.NotReady, "The owner stopped."));
        }
        Crash();
    }

    private void AddCalls(IReadOnlyList<CallBlock> calls)
    {
        foreach (var call in calls) _calls.Add(call);
    }

    private void ReadOldCalls()
    {
        if (_callsUnreadToRow == 0 || world.Mutation == Mutation.RetriesAreJudgedWithoutOldRows) return;
        _calls.AddBefore(world.Store.Shard(Number).CallsUpTo(_callsUnreadToRow));
        _callsUnreadToRow = 0;
    }

    private void JudgeRepeatEarly()
    {
        if (_writing is not ShardEvents.RecordsAppended || _waiting.Peek() is not { Command: Append { Producer: { } } append } request) return;
        var unconfirmed = State.Apply(_writing, _write!.Row);
        var decision = AppendDecision.Decide(unconfirmed, [append], node.ClockMs(world.NowMs));
        if (decision.Batch is not null) return;
        _waiting.Dequeue();
        world.Answer(this, request, decision.Replies[0]);
    }

    private long RowBefore(long beforeMs)
    {
        var kept = world.Store.Shard(Number).Rows.Where(r => r.Key > State.TrimmedToRow && r.Key <= State.LastRow)
            .FirstOrDefault(r => r.Value.Read() is ShardEvents.RecordsAppended a && a.Batch.Header.LastArrivalMs >= beforeMs);
        return kept.Key == 0 ? State.LastRow : kept.Key - 1;
    }

    /// <summary>Stands for an answer that is read off the state once the event is confirmed.</summary>
    private sealed record Later : IMessage
    {
        public static readonly Later Instance = new();
    }
}
