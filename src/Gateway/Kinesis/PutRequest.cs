using System.Buffers;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>One record of a put as it stands in the request's bytes; lengths of -1 mean that the member is absent.</summary>
internal struct PutEntry
{
    public const int NoBlock = -1;

    public int KeyOffset;
    public int KeyBytes;
    public int HashKeyOffset;
    public int HashKeyBytes;

    /// <summary>The data as they stand in the body, base64 in JSON, and how many bytes they really are.</summary>
    public int DataOffset;
    public int DataLength;
    public int DataBytes;

    /// <summary>Which of the request's blocks the record goes into, and its place there.</summary>
    public int Block;
    public int IndexInBlock;

    public readonly bool HasHashKey => HashKeyBytes >= 0;

    public static PutEntry Empty => new() { KeyBytes = -1, HashKeyBytes = -1, DataLength = -1 };
}

/// <summary>
/// A PutRecord, PutRecords or PutRecordBatch request, its records left where they are in the body. Holds a pooled array: dispose it before the body.
/// </summary>
internal sealed class PutRequest(Memory<byte> body, int entriesMax, WireEncoding encoding) : IDisposable
{
    private PutEntry[] _entries = ArrayPool<PutEntry>.Shared.Rent(entriesMax);

    /// <summary>Reads a PutRecord request: one entry.</summary>
    public static PutRequest ReadOne(ApiCall call) =>
        call.Encoding == WireEncoding.Json ? JsonPutReader.ReadOne(call.Body) : CborPutReader.ReadOne(call.Body);

    public static PutRequest ReadMany(ApiCall call) =>
        call.Encoding == WireEncoding.Json ? JsonPutReader.ReadMany(call.Body) : CborPutReader.ReadMany(call.Body);

    /// <summary>Whether data stand in the body in base64, or as they are.</summary>
    public bool IsBase64 { get; } = encoding == WireEncoding.Json;

    public string? StreamName { get; set; }
    public string? StreamArn { get; set; }
    public string? SequenceNumberForOrdering { get; set; }

    /// <summary>The partition key of all records, where entries have none of their own: <see cref="Share"/>.</summary>
    public byte[]? SharedKey { get; private set; }

    /// <summary>Null when the member was absent; entries above the maximum are counted but not kept.</summary>
    public int? Count { get; set; }

    public Span<byte> Body => body.Span;

    public Span<PutEntry> Entries => _entries.AsSpan(0, Math.Min(Count ?? 0, entriesMax));

    /// <summary>The place of entry <paramref name="index"/>, whether or not it is counted yet; a place for nothing above the maximum.</summary>
    public ref PutEntry Place(int index, ref PutEntry overflow)
    {
        if (index < entriesMax) return ref _entries[index];
        return ref overflow;
    }

    public ReadOnlySpan<byte> Key(in PutEntry entry) => SharedKey is { } shared ? shared : Body.Slice(entry.KeyOffset, entry.KeyBytes);

    public ReadOnlySpan<byte> HashKey(in PutEntry entry) => Body.Slice(entry.HashKeyOffset, entry.HashKeyBytes);

    public ReadOnlySpan<byte> Data(in PutEntry entry) => Body.Slice(entry.DataOffset, entry.DataLength);

    /// <summary>Gives all entries one partition key.</summary>
    public void Share(byte[] key)
    {
        SharedKey = key;
        foreach (ref var entry in Entries) entry.KeyBytes = key.Length;
    }

    public void Dispose()
    {
        if (_entries.Length == 0) return;
        ArrayPool<PutEntry>.Shared.Return(_entries);
        _entries = [];
    }
}
