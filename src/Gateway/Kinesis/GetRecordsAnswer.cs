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
    private readonly ShardKey _shard;
    private readonly ReadResult.Records _read;
    private readonly byte[] _tail;

    public GetRecordsAnswer(ShardKey shard, ReadResult.Records read, string? next, ImmutableArray<ShardDescription> children)
    {
        _shard = shard;
        _read = read;
        _tail = Tail(read.BehindMs, next, children);
        Length = Head.Length + _tail.Length;
        foreach (var slice in read.Slices)
        {
            Length += RecordJson.LengthOf(slice) + slice.Count;
            Count += slice.Count;
        }
        // One comma fewer than records.
        if (Count > 0) Length--;
    }

    public long Length { get; }

    public int Count { get; }

    private static ReadOnlySpan<byte> Head => "{\"Records\":["u8;

    public async Task WriteAsync(PipeWriter pipe, CancellationToken cancel)
    {
        pipe.Write(Head);
        var isFirst = true;
        foreach (var slice in _read.Slices)
        {
            var first = new SequenceNumber(_shard.Incarnation, _read.Bounds.Generation, _shard.Shard, slice.Batch.Row, 0);
            RecordJson.Write(pipe, slice, new SequenceNumberWriter(first), isFirst);
            isFirst = false;
            if (pipe.UnflushedBytes < FlushBytes) continue;
            var flushed = await pipe.FlushAsync(cancel);
            if (flushed.IsCompleted) return;
        }
        pipe.Write(_tail);
        await pipe.FlushAsync(cancel);
    }

    // Everything after the records, from the bracket that ends them.
    private static byte[] Tail(long behindMs, string? next, ImmutableArray<ShardDescription> children)
    {
        var tail = AnswerWriter.Encode(WireEncoding.Json, writer =>
        {
            writer.String("NextShardIterator", next);
            writer.Number("MillisBehindLatest", behindMs);
            if (children.Length > 0) writer.List("ChildShards", children, WriteChild);
        });
        // The object's opening brace makes room for the end of the list and a comma.
        return [.. "],"u8, .. tail.Span[1..]];
    }

    private static void WriteChild(AnswerWriter writer, ShardDescription child)
    {
        writer.String("ShardId", child.Key.ShardId);
        writer.Strings("ParentShards", child.Parents.Select(ShardIds.Format));
        StreamShapes.WriteRange(writer, child.Range);
    }
}
