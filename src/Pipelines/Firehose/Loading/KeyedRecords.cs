using System.Buffers.Binary;
using System.Text;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Records with what is known of their source, for destinations that need it, little-endian: the bytes <c>ff ff 01</c>, the arrival in ms since 1970, 8 bytes; id
/// and partition key, each with its length before it, 2 bytes; then the data. A former version wrote neither mark nor arrival, and where only an index was to be
/// loaded nothing but data.
/// </summary>
internal static class KeyedRecords
{
    private const int HeadBytes = 3 + sizeof(long);

    /// <summary>No id is that long, and no JSON begins so.</summary>
    private static ReadOnlySpan<byte> Mark => [0xff, 0xff, 1];

    public static byte[] Write(DeliveryRecord record)
    {
        // One that was kept without a key, and is sent again, is put by its id.
        var (id, key) = (Encoding.UTF8.GetBytes(record.Id), Encoding.UTF8.GetBytes(record.Key ?? record.Id));
        var bytes = new byte[HeadBytes + (2 * sizeof(ushort)) + id.Length + key.Length + record.Data.Length];
        Mark.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Mark.Length), record.ArrivedAt.ToUnixTimeMilliseconds());
        var rest = WritePart(bytes.AsSpan(HeadBytes), id);
        record.Data.Span.CopyTo(WritePart(rest, key));
        return bytes;
    }

    /// <param name="oldest">Stands for the arrival where that was not kept.</param>
    public static DeliveryRecord Read(ReadOnlyMemory<byte> bytes, DateTimeOffset oldest)
    {
        var arrivedAt = oldest;
        if (IsMarked(bytes.Span))
        {
            arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[Mark.Length..]));
            bytes = bytes[HeadBytes..];
        }
        var id = ReadPart(ref bytes);
        var key = ReadPart(ref bytes);
        return new DeliveryRecord(id, arrivedAt, bytes) { Key = key };
    }

    /// <summary>False for what a former version wrote.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> bytes) => bytes.Length >= HeadBytes && bytes.StartsWith(Mark);

    private static Span<byte> WritePart(Span<byte> to, byte[] part)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)part.Length);
        part.CopyTo(to[sizeof(ushort)..]);
        return to[(sizeof(ushort) + part.Length)..];
    }

    private static string ReadPart(ref ReadOnlyMemory<byte> from)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(from.Span);
        var part = Encoding.UTF8.GetString(from.Span.Slice(sizeof(ushort), length));
        from = from[(sizeof(ushort) + length)..];
        return part;
    }
}
