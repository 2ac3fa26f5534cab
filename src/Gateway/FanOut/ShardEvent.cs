using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.FanOut;

/// <summary>One SubscribeToShardEvent, written by hand from the stored batches straight into the response.</summary>
internal sealed class ShardEvent
{
    private readonly ShardKey _shard;
    private readonly int _generation;
    private readonly ImmutableArray<BatchSlice> _slices;
    private readonly byte[] _tail;

    private ShardEvent(ShardKey shard, int generation, ImmutableArray<BatchSlice> slices, byte[] tail)
    {
        _shard = shard;
        _generation = generation;
        _slices = slices;
        _tail = tail;
        Length = Head.Length + tail.Length;
        foreach (var slice in slices)
        {
            Length += RecordJson.LengthOf(slice) + slice.Count;
            Count += slice.Count;
        }
        // One comma fewer than records.
        if (Count > 0) Length--;
    }

    public long Length { get; }

    public int Count { get; }

    /// <summary>Data and keys, which is what the service's rates are about; walks the records.</summary>
    public long DataBytes()
    {
        long bytes = 0;
        foreach (var slice in _slices)
        {
            var records = slice.Batch.RecordsFrom(slice.FromIndex);
            for (var i = 0; i < slice.Count && records.MoveNext(); i++) bytes += records.Current.Data.Length + records.Current.PartitionKey.Length;
        }
        return bytes;
    }

    private static ReadOnlySpan<byte> Head => "{\"Records\":["u8;

    /// <param name="next">Where the reader stands after these records.</param>
    public static ShardEvent Of(ShardKey shard, int generation, ImmutableArray<BatchSlice> slices, ShardPosition next, long behindMs)
    {
        var tail = AnswerWriter.Encode(WireEncoding.Json, writer =>
        {
            writer.String("ContinuationSequenceNumber", Continuation(shard, generation, next).ToString());
            writer.Number("MillisBehindLatest", behindMs);
        });
        return new ShardEvent(shard, generation, slices, [.. "],"u8, .. tail.Span[1..]]);
    }

    /// <summary>
    /// The last one of a shard. It has no records and no number to go on from: by that KCL, Flink's and Beam's connectors tell that the
    /// shard is done, and Beam's would pass over records beside it.
    /// </summary>
    public static ShardEvent LastOf(ShardKey shard, ImmutableArray<ShardDescription> children)
    {
        var tail = AnswerWriter.Encode(WireEncoding.Json, writer =>
        {
            writer.Number("MillisBehindLatest", 0);
            writer.List("ChildShards", children, GetRecordsAnswer.WriteChild);
        });
        return new ShardEvent(shard, 0, [], [.. "],"u8, .. tail.Span[1..]]);
    }

    /// <summary>
    /// A number behind which exactly <paramref name="next"/> comes. Where that is the beginning of a row, it is the last that the row before
    /// could have; where it is the beginning of the shard, its starting number.
    /// </summary>
    internal static SequenceNumber Continuation(ShardKey shard, int generation, ShardPosition next) => next switch
    {
        { Index: > 0 } => new SequenceNumber(shard.Incarnation, generation, shard.Shard, next.Row, next.Index - 1),
        { Row: > 1 } => new SequenceNumber(shard.Incarnation, generation, shard.Shard, next.Row - 1, SequenceNumber.IndexMax),
        _ => SequenceNumber.Starting(shard, generation),
    };

    /// <param name="flush">Called between batches, when there is much; false when nobody reads any more.</param>
    public async ValueTask<bool> WriteAsync(PipeWriter pipe, int flushBytes, Func<ValueTask<bool>> flush)
    {
        pipe.Write(Head);
        var isFirst = true;
        foreach (var slice in _slices)
        {
            var first = new SequenceNumber(_shard.Incarnation, _generation, _shard.Shard, slice.Batch.Row, 0);
            RecordJson.Write(pipe, slice, new SequenceNumberWriter(first), isFirst);
            isFirst = false;
            if (pipe.UnflushedBytes >= flushBytes && !await flush()) return false;
        }
        pipe.Write(_tail);
        return true;
    }
}
