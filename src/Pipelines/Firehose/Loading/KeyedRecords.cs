using System.Buffers.Binary;
using System.Text;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Records with what is known of their source, for destinations that need it: id and partition key, each with its length before it, 2 bytes,
/// little-endian; then the data.
/// </summary>
internal static class KeyedRecords
{
    public static byte[] Write(DeliveryRecord record)
    {
        // One that was kept without a key, and is sent again, is put by its id.
        var (id, key) = (Encoding.UTF8.GetBytes(record.Id), Encoding.UTF8.GetBytes(record.Key ?? record.Id));
        var bytes = new byte[(2 * sizeof(ushort)) + id.Length + key.Length + record.Data.Length];
        var rest = WritePart(bytes, id);
        record.Data.Span.CopyTo(WritePart(rest, key));
        return bytes;
    }

    /// <param name="arrivedAt">Is not kept.</param>
    public static DeliveryRecord Read(ReadOnlyMemory<byte> bytes, DateTimeOffset arrivedAt)
    {
        var id = ReadPart(ref bytes);
        var key = ReadPart(ref bytes);
        return new DeliveryRecord(id, arrivedAt, bytes) { Key = key };
    }

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
