using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ReadResult = ActorStreams.Shards.Client.ReadResult;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Writes the answer to GetRecords by hand, from the stored batches straight into the response. A first walk adds up its length, so
/// that it has a Content-Length as the service's answers do; the second one writes, and waits for the client between batches.
/// </summary>
internal sealed class GetRecordsAnswer
{
    private const int FlushBytes = 64 * 1024;
    private static readonly byte[] CborHead = new CborPieces().Byte(Cbor.MapStart).Text("Records").Byte(Cbor.ListStart).ToArray();
    private readonly WireEncoding _encoding;
    private readonly ShardKey _shard;
    private readonly ReadResult.Records _read;
    private readonly byte[] _tail;

    public GetRecordsAnswer(
        WireEncoding encoding, ShardKey shard, ReadResult.Records read, string? next, ImmutableArray<ShardDescription> children)
    {
        _encoding = encoding;
        _shard = shard;
        _read = read;
        _tail = Tail(encoding, read.BehindMs, next, children);
        Length = Head.Length + _tail.Length;
        foreach (var slice in read.Slices)
        {
            Length += encoding == WireEncoding.Json ? RecordJson.LengthOf(slice) : RecordCbor.LengthOf(slice);
            Count += slice.Count;
        }
        // Commas stand between records, in JSON.
        if (encoding == WireEncoding.Json && Count > 0) Length += Count - 1;
    }

    public long Length { get; }

    public int Count { get; }

    private ReadOnlySpan<byte> Head => _encoding == WireEncoding.Json ? "{\"Records\":["u8 : CborHead;

    public async Task WriteAsync(PipeWriter pipe, CancellationToken cancel)
    {
        pipe.Write(Head);
        var isFirst = true;
        foreach (var slice in _read.Slices)
        {
            var first = new SequenceNumber(_shard.Incarnation, _read.Bounds.Generation, _shard.Shard, slice.Batch.Row, 0);
            if (_encoding == WireEncoding.Json)
                RecordJson.Write(pipe, slice, new SequenceNumberWriter(first), isFirst);
            else
                RecordCbor.Write(pipe, slice, new SequenceNumberWriter(first));
            isFirst = false;
            if (pipe.UnflushedBytes < FlushBytes) continue;
            var flushed = await pipe.FlushAsync(cancel);
            if (flushed.IsCompleted) return;
        }
        pipe.Write(_tail);
        await pipe.FlushAsync(cancel);
    }

    // Everything after the records, from the byte that ends them.
    private static byte[] Tail(WireEncoding encoding, long behindMs, string? next, ImmutableArray<ShardDescription> children)
    {
        var tail = AnswerWriter.Encode(encoding, writer =>
        {
            writer.String("NextShardIterator", next);
            writer.Number("MillisBehindLatest", behindMs);
            if (children.Length > 0) writer.List("ChildShards", children, WriteChild);
        });
        // In place of the byte that begins an object of its own.
        return encoding == WireEncoding.Json ? [.. "],"u8, .. tail.Span[1..]] : [Cbor.Break, .. tail.Span[1..]];
    }

    internal static void WriteChild(AnswerWriter writer, ShardDescription child)
    {
        writer.String("ShardId", child.Key.ShardId);
        writer.Strings("ParentShards", child.Parents.Select(ShardIds.Format));
        StreamShapes.WriteRange(writer, child.Range);
    }
}
