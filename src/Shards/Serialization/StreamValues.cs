using System.Collections.Immutable;
using System.Runtime.Serialization;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActorStreams.Shards.Serialization;

/// <summary>The values that messages of streams and catalogues hold, to Protobuf and back.</summary>
internal static class StreamValues
{
    // What DateTimeOffset can say, in ms since 1970.
    private static readonly long s_timeMinMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long s_timeMaxMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static StreamKeyValue ToProto(this StreamKey key) => new() { Region = key.Region, Incarnation = key.Incarnation.Value };

    public static StreamKey ToKey(this StreamKeyValue? value)
    {
        ProtoValues.Require(value, "stream");
        return new StreamKey(value.Region, new Incarnation(value.Incarnation));
    }

    public static StreamStatusValue ToProto(this StreamStatus status) =>
        ProtoValues.Known((StreamStatusValue)(int)status, StreamStatusValue.StreamStatusUnspecified);

    public static StreamStatus ToStatus(this StreamStatusValue value) =>
        (StreamStatus)(int)ProtoValues.Known(value, StreamStatusValue.StreamStatusUnspecified);

    public static StreamModeValue ToProto(this StreamMode mode) =>
        ProtoValues.Known((StreamModeValue)(int)mode, StreamModeValue.StreamModeUnspecified);

    public static StreamMode ToMode(this StreamModeValue value) =>
        (StreamMode)(int)ProtoValues.Known(value, StreamModeValue.StreamModeUnspecified);

    public static void AddAll(this RepeatedField<ShardSlotValue> field, ImmutableArray<ShardSlot> slots) => field.AddAll(slots, ToProto);

    public static ImmutableArray<ShardSlot> ToSlots(this RepeatedField<ShardSlotValue> values) => values.ToArray(
        m => new ShardSlot(m.Number, m.Range.ToRange(), m.Generation, [.. m.Parents], m.ClosedRow, m.OpenedAtMs, m.ClosedAtMs));

    public static StreamConfigurationValue ToProto(this StreamConfiguration c)
    {
        var m = new StreamConfigurationValue
        {
            Mode = c.Mode.ToProto(),
            RetentionHours = c.RetentionHours,
            MaxRecordSizeKib = c.MaxRecordSizeKiB,
            WarmThroughputMibps = c.WarmThroughputMiBps,
            Metrics = (int)c.Metrics,
        };
        if (c.EncryptionKey is { } key) m.EncryptionKey = key;
        if (c.Policy is { } policy) m.Policy = policy;
        m.Tags.AddAll(c.Tags);
        return m;
    }

    public static StreamConfiguration ToConfiguration(this StreamConfigurationValue m) => new(
        m.Mode.ToMode(), m.RetentionHours, m.MaxRecordSizeKib, m.WarmThroughputMibps, m.HasEncryptionKey ? m.EncryptionKey : null,
        ToMetrics(m.Metrics), m.Tags.ToTags(), m.HasPolicy ? m.Policy : null);

    /// <summary>Null where mode and retention, which the message holds beside it, say it all.</summary>
    public static StreamConfigurationValue? Beyond(StreamConfiguration c) => c.IsPlain ? null : c.ToProto();

    /// <summary>The same in a message that holds the mode alone.</summary>
    public static StreamConfigurationValue? BeyondMode(StreamConfiguration c) =>
        c is { IsPlain: true, RetentionHours: StreamConfiguration.RetentionHoursDefault } ? null : c.ToProto();

    public static StreamConfiguration Configuration(
        StreamConfigurationValue? value, StreamModeValue mode, int retentionHours = StreamConfiguration.RetentionHoursDefault) =>
        value?.ToConfiguration() ?? StreamConfiguration.Plain(mode.ToMode(), retentionHours);

    public static FanOutConsumerValue ToProto(this FanOutConsumer c)
    {
        var m = new FanOutConsumerValue { Name = c.Name, CreatedAtMs = c.CreatedAtMs };
        if (c.Policy is { } policy) m.Policy = policy;
        m.Tags.AddAll(c.Tags);
        return m;
    }

    public static FanOutConsumer ToConsumer(this FanOutConsumerValue? m)
    {
        ProtoValues.Require(m, "consumer");
        return new FanOutConsumer(m.Name, m.CreatedAtMs, m.Tags.ToTags(), m.HasPolicy ? m.Policy : null);
    }

    public static void AddAll(this RepeatedField<TagValue> field, ImmutableSortedDictionary<string, string> tags)
    {
        foreach (var (key, value) in tags) field.Add(new TagValue { Key = key, Value = value });
    }

    public static ImmutableSortedDictionary<string, string> ToTags(this RepeatedField<TagValue> values) =>
        StreamConfiguration.NoTags.SetItems(values.Select(t => KeyValuePair.Create(t.Key, t.Value)));

    public static ShardLevelMetrics ToMetrics(int bits) => (bits & ~(int)ShardLevelMetrics.All) == 0
        ? (ShardLevelMetrics)bits
        : throw new SerializationException($"{bits} names shard-level metrics that are not known here; it may be of a newer version.");

    public static ReshardStepValue ToProto(this ReshardStep step)
    {
        var m = new ReshardStepValue();
        m.Parents.AddAll(step.Parents);
        m.Children.AddAll(step.Children);
        return m;
    }

    public static ReshardStep ToStep(this ReshardStepValue m) => new([.. m.Parents], m.Children.ToSlots());

    public static StreamCountsValue ToProto(this CatalogueProtocol.StreamCounts c) =>
        new() { OpenShards = c.OpenShards, Mode = c.Mode.ToProto(), IsUpdating = c.IsUpdating };

    public static CatalogueProtocol.StreamCounts ToCounts(this StreamCountsValue m) => new(m.OpenShards, m.Mode.ToMode(), m.IsUpdating);

    public static CatalogueEntryValue ToProto(this CatalogueProtocol.Entry e) => new()
    {
        Name = e.Name,
        Incarnation = e.Incarnation.Value,
        Status = e.Status.ToProto(),
        Mode = e.Mode.ToProto(),
        Shards = e.Shards,
        CreatedAtMs = e.CreatedAtMs,
        Configuration = e.Configuration?.ToProto(),
    };

    public static CatalogueProtocol.Entry ToEntry(this CatalogueEntryValue? m)
    {
        ProtoValues.Require(m, "entry");
        return new CatalogueProtocol.Entry(m.Name, new Incarnation(m.Incarnation), m.Status.ToStatus(), m.Mode.ToMode(), m.Shards, m.CreatedAtMs,
            m.Configuration?.ToConfiguration());
    }

    public static StreamDescribedReply ToProto(this StreamDescription d)
    {
        var m = new StreamDescribedReply
        {
            Region = d.Id.Region,
            Name = d.Id.Name,
            Incarnation = d.Incarnation.Value,
            Status = d.Status.ToProto(),
            Mode = d.Mode.ToProto(),
            CreatedAtMs = d.CreatedAt.ToUnixTimeMilliseconds(),
            RetentionHours = d.RetentionHours,
            Configuration = Beyond(d.Configuration),
        };
        m.Shards.AddAll(d.Shards, ToProto);
        m.Consumers.AddAll(d.Consumers, ToProto);
        return m;
    }

    public static StreamDescription ToDescription(this StreamDescribedReply m) => new(
        new StreamId(m.Region, m.Name), new Incarnation(m.Incarnation), m.Status.ToStatus(), ToTime(m.CreatedAtMs),
        Configuration(m.Configuration, m.Mode, m.RetentionHours), m.Consumers.ToArray(ToConsumer), m.Shards.ToArray(ToShard));

    private static ShardSlotValue ToProto(ShardSlot slot)
    {
        var m = new ShardSlotValue { Number = slot.Number, Range = slot.Range.ToProto(), Generation = slot.Generation, ClosedRow = slot.ClosedRow, OpenedAtMs = slot.OpenedAtMs, ClosedAtMs = slot.ClosedAtMs };
        m.Parents.AddAll(slot.Parents);
        return m;
    }

    private static ShardDescriptionValue ToProto(ShardDescription d)
    {
        var m = new ShardDescriptionValue
        {
            Key = d.Key.ToProto(),
            Range = d.Range.ToProto(),
            Generation = d.Generation,
            Starting = UnsafeByteOperations.UnsafeWrap(d.StartingSequenceNumber.ToBytes()),
            OpenedAtMs = d.OpenedAtMs,
            ClosedAtMs = d.ClosedAtMs,
        };
        m.Parents.AddAll(d.Parents);
        if (d.EndingSequenceNumber is { } ending) m.Ending = UnsafeByteOperations.UnsafeWrap(ending.ToBytes());
        return m;
    }

    private static ShardDescription ToShard(ShardDescriptionValue m) => new(
        m.Key.ToKey(), m.Range.ToRange(), m.Generation, [.. m.Parents], ToNumber(m.Starting), m.HasEnding ? ToNumber(m.Ending) : null,
        m.OpenedAtMs, m.ClosedAtMs);

    private static SequenceNumber ToNumber(ByteString bytes) => SequenceNumber.TryRead(bytes.Span, out var number)
        ? number
        : throw new SerializationException($"{Convert.ToHexString(bytes.Span)} is not a sequence number.");

    private static DateTimeOffset ToTime(long ms) => ms >= s_timeMinMs && ms <= s_timeMaxMs
        ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
        : throw new SerializationException($"{ms} ms since 1970 is no time between {s_timeMinMs} and {s_timeMaxMs}.");
}
