using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Answers readers. An owner that the store has not confirmed for a while may have been stopped while another went on, so before
/// it says where the shard ends it asks the store for the highest row. Readers at the tip are parked until records come.
/// </summary>
internal sealed class ShardReads(ShardKey key, ShardServices services, IActorRef self, IWithTimers owner, StoreAgreement agreement) : IDisposable
{
    /// <summary>Readers that may wait for one shard; more are answered at once and ask again.</summary>
    private const int ParkedMax = 1_000;
    private readonly List<(Read Read, IActorRef ReplyTo, long Since)> _untrusted = [];
    private readonly List<(Read Read, IActorRef ReplyTo, long Since)> _parked = [];
    private readonly ShardSubscriptions _subscriptions = new(key, services.Time);
    private readonly FlowMeter _flow = new(services.Time);
    private readonly CancellationTokenSource _stopped = new();
    private bool _owned;
    private bool _probing;

    // When the timer of parked readers fires; of no meaning while it is not active.
    private long _expiryAt;

    private bool Trusted => _owned && agreement.Age <= services.Options.TipTrust;

    /// <summary>What readers took, whether from the tail or out of the store.</summary>
    public Flow Flow => _flow.Measure();

    /// <summary>The store agreed with our tip as of this moment.</summary>
    public void Trust(StoreAgreement.Moment moment)
    {
        _owned = true;
        agreement.Reached(moment);
    }

    /// <summary>The store has answered a question for the highest row, whatever came of it.</summary>
    public void ProbeEnded() => _probing = false;

    /// <summary>A consumer's new subscription; what waits by a former one is answered at once.</summary>
    public SubscribeReply Subscribe(FanOutSubscription subscription)
    {
        var reply = _subscriptions.Subscribe(subscription);
        if (reply is not SubscribeReply.Accepted) return reply;
        Drop(_untrusted);
        Drop(_parked);
        return reply;

        void Drop(List<(Read Read, IActorRef ReplyTo, long Since)> reads)
        {
            foreach (var (read, replyTo, _) in reads.Where(r => IsSuperseded(r.Read))) replyTo.Tell(Superseded);
            reads.RemoveAll(r => IsSuperseded(r.Read));
        }
    }

    /// <param name="probe">False while a write is in flight, whose end tells as much.</param>
    public void Add(Read read, IActorRef replyTo, ShardState state, RecordTail tail, bool probe)
    {
        if (read.Taken is { Records: > 0 } taken) _flow.Add(taken.Records, taken.Bytes);
        if (Trusted)
        {
            Answer(read, replyTo, state, tail);
            return;
        }
        _untrusted.Add((read, replyTo, services.Time.GetTimestamp()));
        if (probe) Probe();
    }

    /// <summary>Asks the store for the highest row, one question at a time.</summary>
    public void Probe()
    {
        if (_probing) return;
        _probing = true;
        var askedAt = agreement.Now();
        services.Journal.HighestRowAsync(key.PersistenceId, _stopped.Token)
            .PipeTo(self, success: row => new TipProbed(row, askedAt), failure: cause => new TipProbeFailed(cause));
    }

    /// <summary>After a write or a probe: whoever waited for trust or for records.</summary>
    public void AnswerAll(ShardState state, RecordTail tail)
    {
        if (_untrusted.Count > 0)
        {
            var reads = _untrusted.ToArray();
            _untrusted.Clear();
            foreach (var entry in reads)
            {
                // A confirmation of before the read may be taken out of the mailbox long after it: the process was stopped in between.
                if (Trusted || agreement.Age <= services.Time.GetElapsedTime(entry.Since)) Answer(entry.Read, entry.ReplyTo, state, tail);
                else _untrusted.Add(entry);
            }
            if (_untrusted.Count > 0) Probe();
        }
        if (_parked.Count == 0) return;
        var parked = _parked.ToArray();
        _parked.Clear();
        foreach (var entry in parked)
        {
            if (AtTip(entry.Read, state) && !state.Bounds.IsClosed) _parked.Add(entry);
            else Answer(entry.Read, entry.ReplyTo, state, tail);
        }
    }

    public void AnswerExpired(ShardState state, RecordTail tail)
    {
        var parked = _parked.ToArray();
        _parked.Clear();
        foreach (var entry in parked)
        {
            if (services.Time.GetElapsedTime(entry.Since) < entry.Read.Wait) _parked.Add(entry);
            else Add(entry.Read with { Wait = TimeSpan.Zero, Taken = default }, entry.ReplyTo, state, tail, probe: true);
        }
        if (_parked.Count > 0) ScheduleExpiry(_parked.Min(p => p.Read.Wait - services.Time.GetElapsedTime(p.Since)));
    }

    /// <summary>The store did not say where the shard ends, so we do not either.</summary>
    public void FailUntrusted(string detail)
    {
        _probing = false;
        foreach (var (_, replyTo, _) in _untrusted) replyTo.Tell(new ReadReply.Refused(AppendError.NotReady, detail));
        _untrusted.Clear();
    }

    public void RefuseAll(string detail, AppendError error = AppendError.NotReady)
    {
        foreach (var (_, replyTo, _) in _untrusted) replyTo.Tell(new ReadReply.Refused(error, detail));
        _untrusted.Clear();
        foreach (var (_, replyTo, _) in _parked) replyTo.Tell(new ReadReply.Refused(error, detail));
        _parked.Clear();
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private static readonly ReadReply.Refused Superseded = new(AppendError.Superseded, "Another subscription of the consumer took over.");

    private bool IsSuperseded(Read read) => read.Subscription is { } subscription && !_subscriptions.IsCurrent(subscription);

    private void Answer(Read read, IActorRef replyTo, ShardState state, RecordTail tail)
    {
        if (IsSuperseded(read))
        {
            replyTo.Tell(Superseded);
            return;
        }
        var bounds = state.Bounds;
        if (AtTip(read, state))
        {
            if (read.Wait > TimeSpan.Zero && !bounds.IsClosed && _parked.Count < ParkedMax)
            {
                _parked.Add((read, replyTo, services.Time.GetTimestamp()));
                ScheduleExpiry(read.Wait);
                return;
            }
            replyTo.Tell(new ReadReply.FromTail([], bounds));
            return;
        }
        var batches = tail.From(read.From, read.RecordsMax, read.BytesMax);
        if (batches is { } whole && replyTo is IActorRefScope { IsLocal: false }) batches = RemoteAnswers.Fit(whole, read.BytesMax);
        services.Metrics.Read(fromTail: batches is not null);
        replyTo.Tell(batches is { } covered ? new ReadReply.FromTail(covered, bounds) : new ReadReply.FromStore(bounds));
    }

    private static bool AtTip(Read read, ShardState state) => read.From.CompareTo(state.Bounds.AfterTip) >= 0;

    /// <param name="next">From now, when the first parked reader, or the newest, is to be answered.</param>
    private void ScheduleExpiry(TimeSpan next)
    {
        var at = services.Time.GetTimestamp() + (long)(next.TotalSeconds * services.Time.TimestampFrequency);
        // One that was set for readers who wait longer, and may be gone, would come too late.
        if (owner.Timers.IsTimerActive(nameof(ParkedExpired)) && _expiryAt <= at) return;
        _expiryAt = at;
        owner.Timers.StartSingleTimer(
            nameof(ParkedExpired), ParkedExpired.Instance, next > TimeSpan.Zero ? next + TimeSpan.FromMilliseconds(1) : TimeSpan.FromMilliseconds(1));
    }

    internal sealed record TipProbed(long HighestRow, StoreAgreement.Moment AskedAt) : INoSerializationVerificationNeeded;

    internal sealed record TipProbeFailed(Exception Cause) : INoSerializationVerificationNeeded;

    internal sealed class ParkedExpired : INoSerializationVerificationNeeded
    {
        public static readonly ParkedExpired Instance = new();
    }
}
