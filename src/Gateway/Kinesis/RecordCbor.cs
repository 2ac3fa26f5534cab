using System.IO.Pipelines;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Records as CBOR, byte for byte: <see cref="LengthOf"/> says exactly what <see cref="Write"/> writes.</summary>
internal static class RecordCbor
{
    private const int DataPieceBytes = 24 * 1024;

    private static readonly byte[] Number =
        new CborPieces().Byte(Cbor.MapStart).Text("SequenceNumber").Head(Cbor.Text, SequenceNumber.Digits).ToArray();

    private static readonly byte[] Arrival = new CborPieces().Text("ApproximateArrivalTimestamp").Byte(Cbor.TimestampTag).ToArray();
    private static readonly byte[] Data = new CborPieces().Text("Data").ToArray();
    private static readonly byte[] Key = new CborPieces().Text("PartitionKey").ToArray();

    private static readonly byte[] End = [Cbor.Break];
    private static readonly byte[] SealedEnd = new CborPieces().Text("EncryptionType").Text("KMS").Byte(Cbor.Break).ToArray();

    public static long LengthOf(BatchSlice slice)
    {
        long length = (long)slice.Count * (Number.Length + SequenceNumber.Digits + Arrival.Length + Data.Length + Key.Length + EndOf(slice).Length);
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++)
        {
            var record = records.Current;
            length += Cbor.HeadLengthOf(Ms(records.ArrivalMs)) + StringLength(record.Data) + StringLength(record.PartitionKey);
        }
        return length;
    }

    public static void Write(PipeWriter pipe, BatchSlice slice, SequenceNumberWriter numbers)
    {
        var end = EndOf(slice);
        var writer = new PipeSpanWriter(pipe);
        var records = slice.Batch.RecordsFrom(slice.FromIndex);
        for (var i = 0; i < slice.Count && records.MoveNext(); i++)
        {
            var record = records.Current;
            WriteHead(ref writer, numbers, records.Index, Ms(records.ArrivalMs), record.Data.Length);
            WriteData(ref writer, record.Data);
            WriteKey(ref writer, record.PartitionKey, end);
        }
        writer.Complete();
    }

    private static void WriteHead(ref PipeSpanWriter writer, SequenceNumberWriter numbers, int index, ulong arrivalMs, int dataBytes)
    {
        var span = writer.Span(Number.Length + SequenceNumber.Digits + Arrival.Length + Data.Length + (2 * Cbor.HeadBytesMax));
        Number.CopyTo(span);
        var used = Number.Length;
        numbers.Write(index, span[used..]);
        used += SequenceNumber.Digits;
        Arrival.CopyTo(span[used..]);
        used += Arrival.Length;
        used += Cbor.WriteHead(span[used..], Cbor.Unsigned, arrivalMs);
        Data.CopyTo(span[used..]);
        used += Data.Length;
        writer.Advance(used + Cbor.WriteHead(span[used..], Cbor.Bytes, (ulong)dataBytes));
    }

    private static void WriteData(ref PipeSpanWriter writer, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var piece = data.Length > DataPieceBytes ? data[..DataPieceBytes] : data;
            piece.CopyTo(writer.Span(piece.Length));
            writer.Advance(piece.Length);
            data = data[piece.Length..];
        }
    }

    private static byte[] EndOf(BatchSlice slice) => slice.Batch.IsSealed ? SealedEnd : End;

    private static void WriteKey(ref PipeSpanWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> end)
    {
        var span = writer.Span(Key.Length + Cbor.HeadBytesMax + key.Length + end.Length);
        Key.CopyTo(span);
        var used = Key.Length;
        used += Cbor.WriteHead(span[used..], Cbor.Text, (ulong)key.Length);
        key.CopyTo(span[used..]);
        used += key.Length;
        end.CopyTo(span[used..]);
        writer.Advance(used + end.Length);
    }

    private static int StringLength(ReadOnlySpan<byte> content) => Cbor.HeadLengthOf((ulong)content.Length) + content.Length;

    // No record is older than 1970.
    private static ulong Ms(long arrivalMs) => (ulong)arrivalMs;
}
