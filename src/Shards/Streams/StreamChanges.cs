using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Streams;

/// <summary>Decides what a stream may become: the event that makes it so, or why not. Pure.</summary>
public static class StreamChanges
{
    public const long DayMs = 24 * 60 * 60 * 1000;

    /// <summary>UpdateShardCount: times in a rolling day (quota).</summary>
    public const int ScalingsPerDayMax = 10;

    /// <summary>UpdateStreamMode: times in a rolling day (quota).</summary>
    public const int ModeSwitchesPerDayMax = 2;

    /// <summary>Fan-out consumers of a stream (quota).</summary>
    public const int ConsumersMax = 20;

    /// <summary>Tags of a stream or consumer (quota).</summary>
    public const int TagsMax = 50;

    /// <summary>What was decided. With neither event nor refusal the stream is so already.</summary>
    public readonly record struct Decision(StreamEvents.IStreamEvent? Event, ChangeRefusal? Refusal)
    {
        public static readonly Decision AlreadySo = new(null, null);

        public static implicit operator Decision(ChangeRefusal refusal) => new(null, refusal);

        internal static Decision Of(StreamEvents.IStreamEvent e) => new(e, null);
    }

    /// <param name="isCompat">Holds the change to the service's rates and counts.</param>
    /// <param name="nowMs">Becomes part of the event where it counts.</param>
    public static Decision Decide(this StreamState state, StreamChange change, bool isCompat, long nowMs)
    {
        // Describing and tagging work in any state the stream can be seen in; what changes shards or records wants it at rest.
        if (state.Lifecycle != StreamLifecycle.Active) return ChangeRefusal.NotActive;
        return change switch
        {
            StreamChange.SetRetention c => state.SetRetention(c),
            StreamChange.SetMode c => state.SetMode(c, isCompat, nowMs),
            StreamChange.SetMaxRecordSize c => state.Configure(state.Configuration with { MaxRecordSizeKiB = c.KiB }),
            StreamChange.SetWarmThroughput c => state.Configuration.Mode == StreamMode.OnDemand
                ? state.Configure(state.Configuration with { WarmThroughputMiBps = c.MiBps })
                : ChangeRefusal.Provisioned,
            StreamChange.EnableMetrics c => state.Configure(state.Configuration with { Metrics = state.Configuration.Metrics | c.Metrics }),
            StreamChange.DisableMetrics c => state.Configure(state.Configuration with { Metrics = state.Configuration.Metrics & ~c.Metrics }),
            StreamChange.AddTags c => state.SetTags(c.Consumer, tags => tags.SetItems(c.Tags)),
            StreamChange.RemoveTags c => state.SetTags(c.Consumer, tags => tags.RemoveRange(c.Keys)),
            StreamChange.SetPolicy c => state.SetPolicy(c),
            StreamChange.SetEncryption c => state.SetEncryption(c),
            StreamChange.RegisterConsumer c => state.Register(c, nowMs),
            StreamChange.DeregisterConsumer c => state.Consumers.Any(o => o.Name == c.Name)
                ? Decision.Of(new StreamEvents.ConsumerRemoved(c.Name))
                : ChangeRefusal.ConsumerNotFound,
            StreamChange.Split c => state.Split(c),
            StreamChange.Merge c => state.Merge(c),
            StreamChange.Retile c => state.Configuration.Mode != StreamMode.OnDemand
                ? ChangeRefusal.Provisioned
                : state.IsUpdating ? ChangeRefusal.NotActive : Decision.Of(new StreamEvents.ReshardStarted(c.Startings, 0)),
            StreamChange.Scale c => state.Scale(c, isCompat, nowMs),
            _ => throw new InvalidOperationException($"A stream does not know the change {change.GetType()}."),
        };
    }

    private static Decision Configure(this StreamState state, StreamConfiguration configuration, long modeSwitchedAtMs = 0)
    {
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        return configuration == state.Configuration ? Decision.AlreadySo : Decision.Of(new StreamEvents.Configured(configuration, modeSwitchedAtMs));
    }

    private static Decision SetRetention(this StreamState state, StreamChange.SetRetention c)
    {
        var present = state.Configuration.RetentionHours;
        if (c.IsIncrease ? c.Hours < present : c.Hours > present) return ChangeRefusal.RetentionDirection;
        return state.Configure(state.Configuration with { RetentionHours = c.Hours });
    }

    private static Decision SetMode(this StreamState state, StreamChange.SetMode c, bool isCompat, long nowMs)
    {
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        var warm = c.Mode == StreamMode.OnDemand ? c.WarmThroughputMiBps : 0;
        var isSwitch = c.Mode != state.Configuration.Mode;
        if (isCompat && isSwitch && state.ModeSwitchedAtMs.Count(t => t > nowMs - DayMs) >= ModeSwitchesPerDayMax) return ChangeRefusal.TooOften;
        return state.Configure(state.Configuration with { Mode = c.Mode, WarmThroughputMiBps = warm }, isSwitch ? nowMs : 0);
    }

    private static Decision SetTags(
        this StreamState state, string? consumer, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change)
    {
        var of = state.Consumers.FirstOrDefault(c => c.Name == consumer);
        if (consumer is not null && of is null) return ChangeRefusal.ConsumerNotFound;
        var tags = change(of?.Tags ?? state.Configuration.Tags);
        if (tags.Count > TagsMax) return ChangeRefusal.TooManyTags;
        // Tags do not touch records, so they may change while shards do.
        return Decision.Of(of is null
            ? new StreamEvents.Configured(state.Configuration with { Tags = tags }, 0)
            : new StreamEvents.ConsumerSet(of with { Tags = tags }));
    }

    private static Decision SetPolicy(this StreamState state, StreamChange.SetPolicy c)
    {
        var of = state.Consumers.FirstOrDefault(o => o.Name == c.Consumer);
        if (c.Consumer is not null && of is null) return ChangeRefusal.ConsumerNotFound;
        if (c.Policy is null && (of is null ? state.Configuration.Policy : of.Policy) is null) return ChangeRefusal.NoPolicy;
        return Decision.Of(of is null
            ? new StreamEvents.Configured(state.Configuration with { Policy = c.Policy }, 0)
            : new StreamEvents.ConsumerSet(of with { Policy = c.Policy }));
    }

    private static Decision SetEncryption(this StreamState state, StreamChange.SetEncryption c)
    {
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        return c.KeyId == state.Configuration.EncryptionKey ? Decision.AlreadySo : Decision.Of(new StreamEvents.EncryptionStarted(c.KeyId));
    }

    private static Decision Register(this StreamState state, StreamChange.RegisterConsumer c, long nowMs)
    {
        if (state.Consumers.Any(o => o.Name == c.Name)) return ChangeRefusal.ConsumerExists;
        if (state.Consumers.Length >= ConsumersMax) return ChangeRefusal.TooManyConsumers;
        if (c.Tags.Count > TagsMax) return ChangeRefusal.TooManyTags;
        return Decision.Of(new StreamEvents.ConsumerSet(new FanOutConsumer(c.Name, nowMs, c.Tags, null)));
    }

    /// <summary>Checked in the order of the service: the shard, then the key, then whether the stream is at rest.</summary>
    private static Decision Split(this StreamState state, StreamChange.Split c)
    {
        if (state.Configuration.Mode == StreamMode.OnDemand) return ChangeRefusal.OnDemand;
        if (state.Slot(c.Shard) is not { } parent) return ChangeRefusal.ShardNotFound;
        if (!parent.IsOpen) return ChangeRefusal.ShardClosed;
        // Neither of the two keys at the lower end, nor the one at the upper end (observed).
        if (c.NewStarting <= parent.Range.Starting || c.NewStarting - parent.Range.Starting < 2 || c.NewStarting >= parent.Range.Ending)
            return ChangeRefusal.HashKeyOutside;
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        return Decision.Of(new StreamEvents.ReshardStarted(Ordered(state.Startings().Append(c.NewStarting)), 0));
    }

    private static Decision Merge(this StreamState state, StreamChange.Merge c)
    {
        if (state.Configuration.Mode == StreamMode.OnDemand) return ChangeRefusal.OnDemand;
        if (state.Slot(c.Shard) is not { } lower || state.Slot(c.Adjacent) is not { } upper) return ChangeRefusal.ShardNotFound;
        if (!lower.IsOpen || !upper.IsOpen) return ChangeRefusal.ShardClosed;
        if (!lower.Range.IsAdjacentBelow(upper.Range)) return ChangeRefusal.NotAdjacent;
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        return Decision.Of(new StreamEvents.ReshardStarted(Ordered(state.Startings().Where(s => s != upper.Range.Starting)), 0));
    }

    private static Decision Scale(this StreamState state, StreamChange.Scale c, bool isCompat, long nowMs)
    {
        if (state.Configuration.Mode == StreamMode.OnDemand) return ChangeRefusal.OnDemand;
        if (state.IsUpdating) return ChangeRefusal.NotActive;
        var ranges = state.Open.Select(s => s.Range).ToList();
        if (isCompat)
        {
            if (c.Shards > ranges.Count * 2) return ChangeRefusal.ScaleUpTooFar;
            if (c.Shards * 2L < ranges.Count) return ChangeRefusal.ScaleDownTooFar;
            if (state.ScaledAtMs.Count(t => t > nowMs - DayMs) >= ScalingsPerDayMax) return ChangeRefusal.TooOften;
        }
        if (c.Shards == ranges.Count) return Decision.AlreadySo;
        return Decision.Of(new StreamEvents.ReshardStarted(ReshardPlan.Uniform(ranges, c.Shards), nowMs));
    }

    private static ImmutableArray<UInt128> Startings(this StreamState state) => ReshardPlan.Startings(state.Open.Select(s => s.Range));

    private static ImmutableArray<UInt128> Ordered(IEnumerable<UInt128> startings) => [.. startings.Order()];
}
