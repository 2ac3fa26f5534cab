using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <summary>
/// Who was told to run, what was heard of them, and who has given no sign of life for too long. A consumer that says it waits, for whatever
/// and however long, is alive. Not safe for several threads.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="silentAfter">How long nothing may be heard.</param>
/// <param name="movesAtOnce">Leases that may be on the move at once.</param>
internal sealed class LeaseWatch(TimeProvider time, TimeSpan silentAfter, int movesAtOnce)
{
    /// <summary>Silences on one node after which it is the node that is not to be trusted.</summary>
    private const int SilencesBeforeMove = 2;

    /// <summary>A lease that was moved and is silent again is waited for twice as long each time, up to sixteen times.</summary>
    private const int DoublingsMax = 4;

    /// <summary>A graph whose last step is longer ago than two reads of an idle shard take may be stuck, and is asked at each poll.</summary>
    private const long PulseMs = 10_000;

    private readonly Dictionary<ShardKey, Watched> _watched = [];
    private long? _round;

    /// <summary>Forgets all, for another life of the source or of the application.</summary>
    public void Clear() => _watched.Clear();

    /// <summary>
    /// Before consumers are told to run. Who was asleep cannot judge others: after a gap in its own rounds, as when the process was stopped or
    /// the source was away, everybody has all the time again.
    /// </summary>
    public void BeginRound()
    {
        var now = time.GetTimestamp();
        if (_round is { } before && time.GetElapsedTime(before, now) > silentAfter / 2)
        {
            foreach (var watched in _watched.Values) watched.WantedSince = null;
        }
        _round = now;
    }

    /// <summary>It is told to run.</summary>
    public void Wanted(ShardKey shard)
    {
        var watched = Of(shard);
        watched.WantedSince ??= time.GetTimestamp();
        watched.HasAnswered = false;
    }

    /// <summary>It is not to run any more.</summary>
    public void Unwanted(ShardKey shard)
    {
        if (_watched.TryGetValue(shard, out var watched)) watched.WantedSince = null;
    }

    public void Heard(ConsumerStatus status)
    {
        var watched = Of(status.Shard);
        watched.IsIdle = IsIdle(watched.Status, status);
        watched.HasAnswered = true;
        watched.Status = status;
        watched.HeardAt = time.GetTimestamp();
        watched.IsMoving = false;
    }

    /// <summary>Its lease was given to another node.</summary>
    public void Moved(ShardKey shard)
    {
        var watched = Of(shard);
        watched.WantedSince = null;
        watched.HeardAt = null;
        watched.IsMoving = true;
        watched.SilencesNoted = 0;
        watched.Moves.Add(time.GetTimestamp());
    }

    /// <summary>It has answered since it was last told to run, and told twice in a row that it runs well and has nothing to do.</summary>
    public bool IsIdle(ShardKey shard) => _watched.TryGetValue(shard, out var watched) && watched is { HasAnswered: true, IsIdle: true };

    private static bool IsIdle(ConsumerStatus? before, ConsumerStatus now) =>
        now is { Phase: ConsumerPhase.Running, LagMs: 0, Health: { PulseAgoMs: < PulseMs, Retrying: "" } }
        && before is not null && before.Epoch == now.Epoch && before.Counts == now.Counts && before.Checkpoint == now.Checkpoint;

    public ConsumerStatus? Status(ShardKey shard) => _watched.GetValueOrDefault(shard)?.Status;

    /// <summary>Since it was last heard of, or where it never was since it was told to run, in ms; null where it was not told.</summary>
    public long? HeardAgoMs(ShardKey shard) =>
        _watched.TryGetValue(shard, out var watched) && (watched.HeardAt ?? watched.WantedSince) is { } since
            ? (long)time.GetElapsedTime(since).TotalMilliseconds
            : null;

    /// <summary>Null while it gives signs of life; else what is to be done, and why.</summary>
    public (LeaseInterruption Kind, string Cause)? Judge(ShardKey shard)
    {
        if (!_watched.TryGetValue(shard, out var watched) || watched.WantedSince is not { } wanted) return null;
        if (watched is { Status.Health: { } health, HeardAt: not null } && health.Silences != watched.SilencesNoted)
        {
            var isNew = health.Silences > watched.SilencesNoted;
            if (health.Silences < SilencesBeforeMove || !isNew)
            {
                watched.SilencesNoted = health.Silences;
                return isNew ? (LeaseInterruption.Restarted, $"Silent on {watched.Status.Node}, and started again there: {health.LastTrouble}") : null;
            }
            if (!MayMove(watched)) return null;
            watched.SilencesNoted = health.Silences;
            return (LeaseInterruption.Moved, $"Silent {health.Silences} times on {watched.Status.Node}: {health.LastTrouble}");
        }
        var since = watched.HeardAt is { } heard && time.GetElapsedTime(wanted, heard) > TimeSpan.Zero ? heard : wanted;
        var silence = time.GetElapsedTime(since);
        return silence >= Patience(watched) && MayMove(watched) ? (LeaseInterruption.Moved, Describe(watched, silence)) : null;
    }

    private static string Describe(Watched watched, TimeSpan silence)
    {
        var seconds = FormattableString.Invariant($"{silence.TotalSeconds:0} s");
        if (watched.Status is not { } last) return $"Nothing was ever heard of its consumer, which was told to run {seconds} ago.";
        var detail = last.Detail.Length == 0 ? "" : $" ({last.Detail})";
        return watched.HeardAt is null
            ? $"Nothing was heard for {seconds} from where it was moved to; before, it was on {last.Node}."
            : $"Nothing was heard for {seconds} of its consumer on {last.Node}, which was {last.Phase}{detail}.";
    }

    private bool MayMove(Watched watched) =>
        (watched.Moves.Count == 0 || time.GetElapsedTime(watched.Moves[^1]) >= Patience(watched))
        && (watched.IsMoving || _watched.Values.Count(w => w.IsMoving) < movesAtOnce);

    private TimeSpan Patience(Watched watched)
    {
        watched.Moves.RemoveAll(at => time.GetElapsedTime(at) > silentAfter * (2 << DoublingsMax));
        return silentAfter * (1 << Math.Min(watched.Moves.Count, DoublingsMax));
    }

    private Watched Of(ShardKey shard)
    {
        if (!_watched.TryGetValue(shard, out var watched)) _watched[shard] = watched = new Watched();
        return watched;
    }

    private sealed class Watched
    {
        public ConsumerStatus? Status { get; set; }

        /// <summary>Null before it was heard of at its present place.</summary>
        public long? HeardAt { get; set; }

        public long? WantedSince { get; set; }

        public bool HasAnswered { get; set; }

        public bool IsIdle { get; set; }

        public bool IsMoving { get; set; }

        public int SilencesNoted { get; set; }

        public List<long> Moves { get; } = [];
    }
}
