using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.Serialization;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActorStreams.Shards.Serialization;

/// <summary>
/// The values that many messages hold, to Protobuf and back. What a message lacks or has out of range is a
/// <see cref="SerializationException"/>: it was written by something else than the writers here.
/// </summary>
internal static class ProtoValues
{
    private const int HashKeyBytes = 16;

    /// <summary>The bytes without a copy; they must not change while the message lives.</summary>
    public static ByteString Wrapped(this ReadOnlyMemory<byte> bytes) => UnsafeByteOperations.UnsafeWrap(bytes);

    public static ShardKeyValue ToProto(this ShardKey key) => new() { Region = key.Region, Incarnation = key.Incarnation.Value, Shard = key.Shard };

    public static ShardKey ToKey(this ShardKeyValue? value)
    {
        Require(value, "shard");
        return new ShardKey(value.Region, new Incarnation(value.Incarnation), value.Shard);
    }

    public static HashKeyRangeValue ToProto(this HashKeyRange range) => new() { Starting = HashKey(range.Starting), Ending = HashKey(range.Ending) };

    public static HashKeyRange ToRange(this HashKeyRangeValue? value)
    {
        Require(value, "hash key range");
        var starting = HashKey(value.Starting);
        var ending = HashKey(value.Ending);
        return starting <= ending
            ? new HashKeyRange(starting, ending)
            : throw new SerializationException($"A hash key range starts at {starting}, above its end {ending}.");
    }

    public static RangePositionValue ToProto(this RangePosition position) =>
        new() { Range = position.Range.ToProto(), Position = position.Position.Bytes.Wrapped() };

    public static RangePosition ToRangePosition(this RangePositionValue value) =>
        new(value.Range.ToRange(), new ProducerPosition(value.Position.Memory));

    public static ProducerEntryValue ToProto(this ProducerEntry entry)
    {
        var value = new ProducerEntryValue { Producer = entry.Producer, Epoch = entry.Epoch };
        value.Positions.AddAll(entry.Positions);
        return value;
    }

    public static ProducerEntry ToEntry(this ProducerEntryValue value) =>
        new(value.Producer, value.Epoch, value.Positions.ToPositions());

    public static ImmutableArray<RangePosition> ToPositions(this RepeatedField<RangePositionValue> values) => values.ToArray(ToRangePosition);

    public static ImmutableArray<ProducerEntry> ToEntries(this RepeatedField<ProducerEntryValue> values) => values.ToArray(ToEntry);

    public static EncryptionKeyValue? ToProto(this EncryptionKeyRef? key) => key is null ? null : new() { Name = key.Name, Check = key.Check };

    public static EncryptionKeyRef? ToKey(this EncryptionKeyValue? value) => value is null ? null : new(value.Name, value.Check);

    public static AppendErrorValue ToProto(this ShardProtocol.AppendError error) =>
        Known((AppendErrorValue)(int)error, AppendErrorValue.AppendErrorUnspecified);

    public static ShardProtocol.AppendError ToError(this AppendErrorValue value) =>
        (ShardProtocol.AppendError)(int)Known(value, AppendErrorValue.AppendErrorUnspecified);

    /// <summary>The value, unless it is none that the schema names or is the one that stands for none.</summary>
    public static T Known<T>(T value, T? none = null)
        where T : struct, Enum =>
        Enum.IsDefined(value) && !(none is { } no && EqualityComparer<T>.Default.Equals(value, no))
            ? value
            : throw new SerializationException($"{value:D} is no {typeof(T).Name.Replace("Value", "", StringComparison.Ordinal)} known here; it may be of a newer version.");

    /// <summary>A default array stands for none and is read back as an empty one.</summary>
    public static void AddAll<T, TValue>(this RepeatedField<TValue> field, ImmutableArray<T> items, Func<T, TValue> convert)
    {
        if (items.IsDefaultOrEmpty) return;
        field.Capacity = items.Length;
        foreach (var item in items) field.Add(convert(item));
    }

    public static void AddAll(this RepeatedField<int> field, ImmutableArray<int> items) => field.AddAll(items, item => item);

    public static void AddAll(this RepeatedField<RangePositionValue> field, ImmutableArray<RangePosition> items) => field.AddAll(items, ToProto);

    public static void AddAll(this RepeatedField<ProducerEntryValue> field, ImmutableArray<ProducerEntry> items) => field.AddAll(items, ToProto);

    public static ImmutableArray<T> ToArray<TValue, T>(this RepeatedField<TValue> field, Func<TValue, T> convert)
    {
        var items = ImmutableArray.CreateBuilder<T>(field.Count);
        foreach (var value in field) items.Add(convert(value));
        return items.MoveToImmutable();
    }

    public static void Require<T>([System.Diagnostics.CodeAnalysis.NotNull] T? value, string what)
        where T : class
    {
        if (value is null) throw new SerializationException($"The message lacks its {what}.");
    }

    public static CallEntries ToCallEntries(this ByteString bits) => bits.Length <= CallEntries.BytesMax
        ? new CallEntries(bits.Memory)
        : throw new SerializationException($"The entries of a call have at most {CallEntries.BytesMax} bytes; these have {bits.Length}.");

    public static ByteString ToBytes(this UInt128 value) => HashKey(value);

    public static UInt128 ToUInt128(this ByteString bytes, string what) => bytes.Length == HashKeyBytes
        ? BinaryPrimitives.ReadUInt128BigEndian(bytes.Span)
        : throw new SerializationException($"A {what} has {HashKeyBytes} bytes; this one has {bytes.Length}.");

    public static ByteString HashKey(UInt128 key)
    {
        var bytes = new byte[HashKeyBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static UInt128 HashKey(ByteString bytes) => bytes.ToUInt128("hash key");
}
