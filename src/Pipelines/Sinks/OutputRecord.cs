using System.Buffers.Binary;
using System.Text;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Sinks;

/// <summary>
/// A record to be appended exactly once. Its place among all output of its consumer is the sequence number of the source record it comes
/// from and its ordinal among what came of that one.
/// </summary>
public sealed class OutputRecord(SequenceNumber source, int ordinal, string partitionKey, ReadOnlyMemory<byte> data)
{
    public byte[] PartitionKey { get; } = Encoding.UTF8.GetBytes(partitionKey);
    public UInt128 HashKey { get; } = HashKeys.Of(Encoding.UTF8.GetBytes(partitionKey));
    public ReadOnlyMemory<byte> Data { get; } = data;
    public ProducerPosition Position { get; } = PositionOf(source, ordinal);

    /// <summary>24 bytes of sequence number and 4 of ordinal, big-endian: they sort like the pair.</summary>
    public static ProducerPosition PositionOf(SequenceNumber source, int ordinal)
    {
        var bytes = new byte[SequenceNumber.Bytes + sizeof(uint)];
        source.WriteBytes(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(SequenceNumber.Bytes), (uint)ordinal);
        return new ProducerPosition(bytes);
    }
}
