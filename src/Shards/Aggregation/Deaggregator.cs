using System.Security.Cryptography;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Aggregation;

/// <summary>What the data of a record is.</summary>
public enum AggregationKind
{
    /// <summary>One record as it is: without the mark of the Kinesis Producer Library, with a wrong checksum behind it, or malformed.</summary>
    None = 0,

    /// <summary>The user records of one producer.</summary>
    Aggregated = 1,

    /// <summary>Aggregated, with a user record that is not this shard's: it was put by an old map of the shards and is to be left out.</summary>
    OutOfRange = 2,
}

/// <summary>
/// Takes apart what the Kinesis Producer Library (KPL) puts into one record:
/// <code>F3 89 9A C2 | Protobuf | 16 bytes MD5 of the Protobuf
/// message: repeated string partition key = 1, repeated string explicit hash key = 2, repeated record = 3
/// record:  uint64 index of its partition key = 1, optional uint64 index of its explicit hash key = 2, bytes data = 3, tags = 4</code>
/// Nothing is copied: user records are spans of the data. Keeps its tables from one record to the next; for one thread at a time.
/// </summary>
/// <remarks>
/// As the Kinesis Client Library (KCL) has it, a record with any user record outside the shard's range is left out whole: the producer, which sees
/// by the answer that it went to another shard than the map foretold, sends all user records of it again. Where KCL drops a record whose indexes lead
/// nowhere, it is passed on whole here, like one that is malformed in any other way.
/// </remarks>
public sealed class Deaggregator(HashKeyRange range)
{
    private const int DigestBytes = 16;
    private const int PartitionKeys = 1;
    private const int ExplicitHashKeys = 2;
    private const int Records = 3;
    private const int PartitionKeyIndex = 1;
    private const int ExplicitHashKeyIndex = 2;
    private const int Data = 3;
    private readonly List<Key> _partitionKeys = [];
    private readonly List<UInt128> _explicitHashKeys = [];
    private readonly List<Place> _places = [];

    private readonly record struct Key(int Offset, int Length, UInt128 HashKey);

    private readonly record struct Place(int Offset, int Length, int PartitionKey, int ExplicitHashKey);

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>User records of the record that was read last; 0 unless it was <see cref="AggregationKind.Aggregated"/>.</summary>
    public int Count { get; private set; }

    /// <summary>User records that were left out with the record read last.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Looks at the data of a record. Never throws.</summary>
    public AggregationKind Read(ReadOnlySpan<byte> data)
    {
        Count = LeftOut = 0;
        if (!data.StartsWith(Magic) || data.Length < Magic.Length + DigestBytes) return AggregationKind.None;
        var message = data[Magic.Length..^DigestBytes];
        Span<byte> digest = stackalloc byte[DigestBytes];
        MD5.HashData(message, digest);
        if (!digest.SequenceEqual(data[^DigestBytes..]) || !TryTables(message) || !TryRecords(message)) return AggregationKind.None;
        foreach (var place in _places)
        {
            if (range.Contains(HashKeyOf(place))) continue;
            LeftOut = _places.Count;
            return AggregationKind.OutOfRange;
        }
        Count = _places.Count;
        return AggregationKind.Aggregated;
    }

    /// <summary>A user record of the data read last, by its sub-sequence number from 0 on.</summary>
    public RecordView UserRecord(ReadOnlySpan<byte> data, int subSequenceNumber)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(subSequenceNumber, Count);
        var message = data[Magic.Length..^DigestBytes];
        var place = _places[subSequenceNumber];
        var key = _partitionKeys[place.PartitionKey];
        return new RecordView
        {
            PartitionKey = message.Slice(key.Offset, key.Length),
            ExplicitHashKey = place.ExplicitHashKey < 0 ? null : _explicitHashKeys[place.ExplicitHashKey],
            Data = message.Slice(place.Offset, place.Length),
        };
    }

    // A table may stand behind the records that lead into it.
    private bool TryTables(ReadOnlySpan<byte> message)
    {
        _partitionKeys.Clear();
        _explicitHashKeys.Clear();
        var fields = new ProtoFields(message);
        while (fields.MoveNext())
        {
            if (fields.WireType != ProtoFields.Bytes) continue;
            var (offset, length) = fields.Place;
            var content = message.Slice(offset, length);
            if (fields.Field == PartitionKeys) _partitionKeys.Add(new Key(offset, length, HashKeys.Of(content)));
            if (fields.Field != ExplicitHashKeys) continue;
            if (!TryHashKey(content, out var hashKey)) return false;
            _explicitHashKeys.Add(hashKey);
        }
        return !fields.IsMalformed;
    }

    private bool TryRecords(ReadOnlySpan<byte> message)
    {
        _places.Clear();
        var fields = new ProtoFields(message);
        while (fields.MoveNext())
        {
            if (fields.Field != Records || fields.WireType != ProtoFields.Bytes) continue;
            var (offset, length) = fields.Place;
            if (!TryRecord(message.Slice(offset, length), offset, out var place)) return false;
            _places.Add(place);
        }
        return true;
    }

    /// <summary>False where a required field is missing or an index leads nowhere.</summary>
    private bool TryRecord(ReadOnlySpan<byte> record, int offset, out Place place)
    {
        ulong? partitionKey = null, explicitHashKey = null;
        (int Offset, int Length)? data = null;
        var fields = new ProtoFields(record);
        while (fields.MoveNext())
        {
            switch (fields.Field, fields.WireType)
            {
                case (PartitionKeyIndex, ProtoFields.Varint):
                    partitionKey = fields.Number;
                    break;
                case (ExplicitHashKeyIndex, ProtoFields.Varint):
                    explicitHashKey = fields.Number;
                    break;
                case (Data, ProtoFields.Bytes):
                    data = fields.Place;
                    break;
            }
        }
        place = default;
        if (fields.IsMalformed || data is not { } at || !(partitionKey < (ulong)_partitionKeys.Count)
            || explicitHashKey >= (ulong)_explicitHashKeys.Count)
            return false;
        place = new Place(offset + at.Offset, at.Length, (int)partitionKey.Value, explicitHashKey is { } index ? (int)index : -1);
        return true;
    }

    private UInt128 HashKeyOf(Place place) =>
        place.ExplicitHashKey < 0 ? _partitionKeys[place.PartitionKey].HashKey : _explicitHashKeys[place.ExplicitHashKey];

    // KCL reads these as a number of any form; leading zeros are one that our own reader refuses.
    private static bool TryHashKey(ReadOnlySpan<byte> text, out UInt128 hashKey)
    {
        while (text.Length > 1 && text[0] == (byte)'0') text = text[1..];
        return HashKeys.TryParse(text, out hashKey, out _);
    }
}
