using System.Buffers.Text;
using System.IO.Pipelines;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Records as JSON, byte for byte: <see cref="LengthOf"/> says exactly what <see cref="Write"/> writes without commas.</summary>
internal static class RecordJson
{
    // A multiple of three, so that a piece of data ends without padding.
    private const int DataPieceBytes = 24 * 1024;

    private static ReadOnlySpan<byte> Number => "{\"SequenceNumber\":\""u8;
    private static ReadOnlySpan<byte> Arrival => "\",\"ApproximateArrivalTimestamp\":"u8;
    private static ReadOnlySpan<byte> Data => ",\"Data\":\""u8;
    private static ReadOnlySpan<byte> Key => "\",\"PartitionKey\":\""u8;
    private static ReadOnlySpan<byte> End => "\"}"u8;
    private static ReadOnlySpan<byte> SealedEnd => "\",\"EncryptionType\":\"KMS\"}"u8;

    public static long LengthOf(BatchSlice slice)
    {
        long length = (long)slice.Count * (Number.Length + SequenceNumber.Digits + Arrival.Length + Data.Length + Key.Length + EndOf(slice).Length);
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        var time = default(TimestampText);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++)
        {
            time.Set(records.ArrivalMs);
            length += time.Length + Base64.GetMaxEncodedToUtf8Length(records.Current.Data.Length) + JsonText.LengthOf(records.Current.PartitionKey);
        }
        return length;
    }

    public static void Write(PipeWriter pipe, BatchSlice slice, SequenceNumberWriter numbers, bool isFirst)
    {
        var end = EndOf(slice);
        var writer = new PipeSpanWriter(pipe);
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        var time = default(TimestampText);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++)
        {
            var record = records.Current;
            time.Set(records.ArrivalMs);
            WriteHead(ref writer, numbers, records.Index, time, withComma: i > 0 || !isFirst);
            WriteData(ref writer, record.Data);
            WriteKey(ref writer, record.PartitionKey, end);
        }
        writer.Complete();
    }

    private static void WriteHead(
        ref PipeSpanWriter writer, SequenceNumberWriter numbers, int index, in TimestampText time, bool withComma)
    {
        var span = writer.Span(1 + Number.Length + SequenceNumber.Digits + Arrival.Length + TimestampText.LengthMax + Data.Length);
        var used = 0;
        if (withComma) span[used++] = (byte)',';
        Number.CopyTo(span[used..]);
        used += Number.Length;
        numbers.Write(index, span[used..]);
        used += SequenceNumber.Digits;
        Arrival.CopyTo(span[used..]);
        used += Arrival.Length;
        time.CopyTo(span[used..]);
        used += time.Length;
        Data.CopyTo(span[used..]);
        writer.Advance(used + Data.Length);
    }

    private static void WriteData(ref PipeSpanWriter writer, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var piece = data.Length > DataPieceBytes ? data[..DataPieceBytes] : data;
            var span = writer.Span(Base64.GetMaxEncodedToUtf8Length(piece.Length));
            Base64.EncodeToUtf8(piece, span, out _, out var written);
            writer.Advance(written);
            data = data[piece.Length..];
        }
    }

    private static ReadOnlySpan<byte> EndOf(BatchSlice slice) => slice.Batch.IsSealed ? SealedEnd : End;

    private static void WriteKey(ref PipeSpanWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> end)
    {
        var span = writer.Span(Key.Length + (key.Length * JsonText.ExpansionMax) + end.Length);
        Key.CopyTo(span);
        var used = Key.Length;
        used += JsonText.Write(key, span[used..]);
        end.CopyTo(span[used..]);
        writer.Advance(used + end.Length);
    }
}
