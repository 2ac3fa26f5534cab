using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Leases;

/// <summary>Why the consumer of a shard is behind, in a word, in a sentence, and with what was seen.</summary>
/// <param name="Verdict">One of the constants of this type.</param>
public sealed record LeaseVerdict(string Application, string ShardId, string Verdict, string Sentence, ImmutableArray<LeaseEvidence> Evidence)
{
    public const string NoLease = "no lease";
    public const string WaitingForStream = "waiting for stream";
    public const string ParentNotFinished = "parent not finished";
    public const string Finished = "finished";
    public const string Paused = "paused";
    public const string NotStarted = "not started";
    public const string Silent = "silent";
    public const string Damaged = "damaged";
    public const string Restarting = "restarting";
    public const string SlowSink = "slow sink";
    public const string RetryingRecord = "retrying record";
    public const string SlowTransform = "slow transform";
    public const string WaitingForSource = "waiting for source";
    public const string HotKey = "hot key";
    public const string SlowStore = "slow store";
    public const string Delivering = "delivering";
    public const string CatchingUp = "behind and catching up";
    public const string FallingBehind = "behind and falling back";
    public const string CaughtUp = "caught up";

    /// <summary>Not heard of for so long, several polls, it is called silent; it is moved only later.</summary>
    private const long SilentMs = 10_000;

    /// <summary>A stage that takes more of the time than this holds the others up.</summary>
    private const double BusyShare = 0.6;

    /// <summary>A key that makes more of the records than this is one that a split does not help.</summary>
    private const double HotShare = 0.5;

    /// <summary>A store that takes longer for a read or a checkpoint than this is slow; both are a few milliseconds as a rule.</summary>
    private const double SlowStoreMs = 500;

    /// <summary>A delivery that reads no further behind than this is not behind: it waits for its batch.</summary>
    private const long ReadingMs = 5_000;

    public static LeaseVerdict Of(ApplicationStatus application, string shardId)
    {
        var lease = ShardIds.TryParse(shardId, out var number) ? application.Leases.FirstOrDefault(l => l.Lease.Shard == number) : null;
        var (verdict, sentence) = lease is null
            ? application.Phase == ApplicationPhase.WaitingForStream
                ? (WaitingForStream, Capital(application.Detail) + ".")
                : (NoLease, $"The pipeline {application.Name} has no lease of {shardId}: {application.Source} has no such shard, or it was not looked at yet.")
            : Judge(application, lease);
        return new LeaseVerdict(application.Name, lease?.Shard.ShardId ?? shardId, verdict, sentence, lease is null ? [] : Gather(lease));
    }

    private static (string Verdict, string Sentence) Judge(ApplicationStatus application, LeaseStatus status)
    {
        var lease = status.Lease;
        if (lease.Outcome is { } outcome)
        {
            return (Finished, outcome switch
            {
                LeaseOutcome.Finished => "The shard is closed and was read to its end.",
                LeaseOutcome.Skipped => "The shard was closed before what the pipeline was to read began.",
                _ => "The shard aged out before it was read to its end; what was not read is lost.",
            });
        }
        if (application.IsPaused) return (Paused, $"The pipeline {application.Name} is paused; it goes on when it is resumed.");
        if (!status.IsWanted)
        {
            var parents = lease.Parents.Where(p => application.Leases.Any(l => l.Lease.Shard == p && l.Lease.IsOpen)).Select(ShardIds.Format);
            return (ParentNotFinished, $"It waits until its parents are read to their end: {string.Join(", ", parents)}.");
        }
        if (application.Phase == ApplicationPhase.WaitingForStream) return (WaitingForStream, Capital(application.Detail) + ".");
        if (status.Consumer is not { } consumer)
        {
            return (NotStarted, status.HeardAgoMs is { } told
                ? $"Its consumer was told to run {Span(told)} ago and has not answered yet."
                : "Its consumer has not been told to run yet.");
        }
        if (status.HeardAgoMs is > SilentMs and var ago)
            return (Silent, $"Nothing was heard of its consumer on {consumer.Node} for {Span(ago)}; it was moved or started again {lease.Restarts} times so far.");
        return Judge(lease, consumer);
    }

    private static (string Verdict, string Sentence) Judge(Lease lease, ConsumerStatus consumer)
    {
        var health = consumer.Health ?? new ConsumerHealth();
        switch (consumer.Phase)
        {
            case ConsumerPhase.Damaged:
                return (Damaged, $"A stored batch is damaged and is not skipped: {consumer.Detail} Restore it, then release the lease.");
            case ConsumerPhase.Restarting when health.Silences > 0:
                return (Silent, $"It was silent {health.Silences} times on {consumer.Node} and starts again: {consumer.Detail}");
            case ConsumerPhase.Restarting:
                return (Restarting, $"Its graph failed {health.Failures} times since it last got on, and starts again: {consumer.Detail}");
            case ConsumerPhase.WaitingForSink:
                return (SlowSink, $"The sink does not take its output for {Span(health.WaitingMs)}, {health.Tries} tries so far: {consumer.Detail}");
            case ConsumerPhase.WaitingForSource:
                return (WaitingForSource, $"The source does not answer for {Span(health.WaitingMs)}, {health.Tries} tries so far: {consumer.Detail}");
            case ConsumerPhase.Starting or ConsumerPhase.Stopped or ConsumerPhase.Draining:
                return (NotStarted, $"Its consumer is {consumer.Phase} on {consumer.Node}, start {consumer.Epoch}; interrupted {lease.Restarts} times.");
        }
        if (health.Retrying.Length > 0) return (RetryingRecord, $"It sends {health.Retrying} This goes on for {Span(health.WaitingMs)}.");
        if (health.Transforming.Length > 0) return (SlowTransform, $"Its transform keeps records waiting for {Span(health.WaitingMs)}, in try {health.Tries}: {health.Transforming}");
        if (consumer.LagMs == 0) return (CaughtUp, "It has done all there is.");
        if (consumer.LagMs < 0) return (NotStarted, $"Its consumer has begun on {consumer.Node} and has not finished a slice yet.");
        return Behind(consumer, health);
    }

    private static (string Verdict, string Sentence) Behind(ConsumerStatus consumer, ConsumerHealth health)
    {
        var shares = health.Shares;
        if (health.CheckpointMs >= SlowStoreMs || (health.ReadMs >= SlowStoreMs && shares.Read >= BusyShare))
            return (SlowStore, $"The store is slow: a read takes {Ms(health.ReadMs)}, a checkpoint {Ms(health.CheckpointMs)}.");
        if (shares.Append >= BusyShare || shares.Post >= BusyShare)
        {
            return (SlowSink, shares.Append >= shares.Post
                ? $"The output takes {Percent(shares.Append)} of the time."
                : $"The webhook takes {Percent(shares.Post)} of the time.");
        }
        var behindMs = consumer.LagMs;
        if (health.Backlog is { Records: > 0 } backlog)
        {
            if (backlog.UnreadMs <= ReadingMs) return (Delivering, DeliveringSentence(backlog));
            behindMs = backlog.UnreadMs;
        }
        if (health.ClosingMsPerSecond > 0)
        {
            // What comes in follows from how fast it catches up: it works through that much arrival time in a second, and one second comes anew.
            var incoming = health.RecordsPerSecond / (1 + (health.ClosingMsPerSecond / 1000));
            return (CatchingUp,
                $"It is {Span(behindMs)} behind and catches up in about {Span((long)(behindMs / health.ClosingMsPerSecond * 1000))}: it does "
                + $"{Rate(health.RecordsPerSecond)} where about {Rate(incoming)} come in.");
        }
        if (health.HotKeyShare >= HotShare)
        {
            return (HotKey, $"The key '{health.HotKey}' makes {Percent(health.HotKeyShare)} of the records, so a split of the shard does not spread them; "
                + $"it does {Rate(health.RecordsPerSecond)}.");
        }
        return (FallingBehind, health.RecordsPerSecond == 0
            ? $"It is {Span(behindMs)} behind and has only begun; ask again in some seconds."
            : $"It is {Span(behindMs)} behind and does {Rate(health.RecordsPerSecond)}, which is less than comes in. A split of the shard spreads the work.");
    }

    private static string DeliveringSentence(Backlog backlog)
    {
        var isOut = backlog.BatchesOut == 0 ? "" : FormattableString.Invariant($"It writes a batch, the first of {backlog.BatchesOut} that are full or old enough. ");
        return backlog.Collecting is { } batch
            ? isOut + FormattableString.Invariant(
                $"It collects a batch: {batch.Records:#,0} records, {batch.Bytes:#,0} of {batch.BytesMax:#,0} bytes, for {Span(batch.AgeMs)} of {Span(batch.AgeMsMax)}.")
            : isOut.TrimEnd();
    }

    private static ImmutableArray<LeaseEvidence> Gather(LeaseStatus status)
    {
        var evidence = ImmutableArray.CreateBuilder<LeaseEvidence>();
        void Add(string what, FormattableString value) => evidence.Add(new LeaseEvidence(what, FormattableString.Invariant(value)));
        if (status.HeardAgoMs is { } ago) Add("last heard of", $"{ago} ms ago");
        if (status.Lease.Placement.Number > 0) Add("moved", $"{status.Lease.Placement.Number} times, off {status.Lease.Placement.Avoid}");
        foreach (var cause in status.Lease.Causes)
            Add("interrupted", $"{DateTimeOffset.FromUnixTimeMilliseconds(cause.AtMs):yyyy-MM-ddTHH:mm:ssZ}: {cause.What}");
        if (status.Consumer is not { } consumer) return evidence.ToImmutable();
        Add("node", $"{consumer.Node}");
        Add("phase", $"{consumer.Phase}");
        Add("start", $"{consumer.Epoch}");
        Add("checkpoint", $"row {consumer.Checkpoint.Row}, index {consumer.Checkpoint.Index}");
        if (consumer.LagMs >= 0) Add("lag", $"{consumer.LagMs} ms");
        if (consumer.LagRecords is { } records) Add("records not done", $"{records}");
        if (consumer.LastGap.Length > 0) Add("last gap", $"{consumer.LastGap}");
        if (consumer.Health is not { } health) return evidence.ToImmutable();
        Add("last step", $"{health.Stage}, {health.PulseAgoMs} ms ago");
        Add("records a second", $"{health.RecordsPerSecond:0}");
        Add("time in stages", $"read {health.Shares.Read:P0}, decode and detect {health.Shares.Work:P0}, append {health.Shares.Append:P0}, webhook {health.Shares.Post:P0}");
        Add("one read", $"{health.ReadMs:0.#} ms");
        Add("last checkpoint", $"{health.CheckpointMs:0.#} ms");
        if (health.WaitingMs > 0) Add("waiting", $"{health.WaitingMs} ms, {health.Tries} tries");
        if (health.HotKey.Length > 0) Add("most frequent key", $"'{health.HotKey}', {health.HotKeyShare:P0} of a sample");
        if (health.Retention is { } retention) Add("kept by the source", $"for {Span(retention.LeftMs)} of {Span(retention.RetentionMs)} yet");
        if (health.Backlog is { } backlog) Add("read and not delivered", $"{backlog.Records} records, {backlog.BatchesOut} batches on their way out");
        if (health.LastTrouble.Length > 0) Add("last trouble", $"{health.LastTrouble}");
        return evidence.ToImmutable();
    }

    private static string Capital(string text) => text.Length == 0 ? "It waits for a stream" : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Ms(double ms) => ms.ToString("0", CultureInfo.InvariantCulture) + " ms";

    private static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Rate(double perSecond) => perSecond.ToString("#,0", CultureInfo.InvariantCulture) + " records a second";

    private static string Span(long ms) => ms switch
    {
        < 1_000 => FormattableString.Invariant($"{ms} ms"),
        < 120_000 => FormattableString.Invariant($"{ms / 1000} s"),
        < 7_200_000 => FormattableString.Invariant($"{ms / 60_000} min"),
        _ => FormattableString.Invariant($"{ms / 3_600_000.0:0.#} h"),
    };
}

public sealed record LeaseEvidence(string What, string Value);
