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
        m => new ShardSlot(m.Number, m.Range.ToRange(), m.Generation, [.. m.Parents], m.ClosedRow));

    public static CatalogueEntryValue ToProto(this CatalogueProtocol.Entry e) => new()
    {
        Name = e.Name,
        Incarnation = e.Incarnation.Value,
        Status = e.Status.ToProto(),
        Mode = e.Mode.ToProto(),
        Shards = e.Shards,
        CreatedAtMs = e.CreatedAtMs,
    };

    public static CatalogueProtocol.Entry ToEntry(this CatalogueEntryValue? m)
    {
        ProtoValues.Require(m, "entry");
        return new CatalogueProtocol.Entry(m.Name, new Incarnation(m.Incarnation), m.Status.ToStatus(), m.Mode.ToMode(), m.Shards, m.CreatedAtMs);
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
        };
        m.Shards.AddAll(d.Shards, ToProto);
        return m;
    }

    public static StreamDescription ToDescription(this StreamDescribedReply m) => new(
        new StreamId(m.Region, m.Name), new Incarnation(m.Incarnation), m.Status.ToStatus(), m.Mode.ToMode(), ToTime(m.CreatedAtMs),
        m.RetentionHours, m.Shards.ToArray(ToShard));

    private static ShardSlotValue ToProto(ShardSlot slot)
    {
        var m = new ShardSlotValue { Number = slot.Number, Range = slot.Range.ToProto(), Generation = slot.Generation, ClosedRow = slot.ClosedRow };
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
        };
        m.Parents.AddAll(d.Parents);
        if (d.EndingSequenceNumber is { } ending) m.Ending = UnsafeByteOperations.UnsafeWrap(ending.ToBytes());
        return m;
    }

    private static ShardDescription ToShard(ShardDescriptionValue m) => new(
        m.Key.ToKey(), m.Range.ToRange(), m.Generation, [.. m.Parents], ToNumber(m.Starting), m.HasEnding ? ToNumber(m.Ending) : null);

    private static SequenceNumber ToNumber(ByteString bytes) => SequenceNumber.TryRead(bytes.Span, out var number)
        ? number
        : throw new SerializationException($"{Convert.ToHexString(bytes.Span)} is not a sequence number.");

    private static DateTimeOffset ToTime(long ms) => ms >= s_timeMinMs && ms <= s_timeMaxMs
        ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
        : throw new SerializationException($"{ms} ms since 1970 is no time between {s_timeMinMs} and {s_timeMaxMs}.");
}
