using System.Buffers.Binary;
using System.Text;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Sinks;

/// <summary>
/// A record to be appended exactly once. Its place among all output of its consumer is the sequence number of the source record it comes
/// from and its ordinal among what came of that one. What a reset of positions lets be read again is new output: the life of the consumer
/// comes before the number, so that nothing of a former life is taken for it.
/// </summary>
public sealed class OutputRecord(SequenceNumber source, int ordinal, string partitionKey, ReadOnlyMemory<byte> data, int life = 0)
{
    /// <summary>Above the first byte of every sequence number, which is 2: positions of a later life sort above all of the first.</summary>
    private const byte LifeMarker = 0xff;
    private const int LifeBytes = 1 + sizeof(uint);

    public byte[] PartitionKey { get; } = Encoding.UTF8.GetBytes(partitionKey);
    public UInt128 HashKey { get; } = HashKeys.Of(Encoding.UTF8.GetBytes(partitionKey));
    public ReadOnlyMemory<byte> Data { get; } = data;
    public ProducerPosition Position { get; } = PositionOf(source, ordinal, life);

    /// <summary>
    /// 24 bytes of sequence number and 4 of ordinal, big-endian: they sort like the pair. From the second life on, <c>ff</c> and 4 bytes of
    /// its number stand before them.
    /// </summary>
    public static ProducerPosition PositionOf(SequenceNumber source, int ordinal, int life = 0)
    {
        var prefix = life == 0 ? 0 : LifeBytes;
        var bytes = new byte[prefix + SequenceNumber.Bytes + sizeof(uint)];
        if (life > 0)
        {
            bytes[0] = LifeMarker;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), (uint)life);
        }
        source.WriteBytes(bytes.AsSpan(prefix));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(prefix + SequenceNumber.Bytes), (uint)ordinal);
        return new ProducerPosition(bytes);
    }

    /// <summary>The life of a position that <see cref="PositionOf"/> made; 0 for the first, and for none at all.</summary>
    public static int LifeOf(ProducerPosition position) =>
        position.Bytes.Span is [LifeMarker, ..] bytes ? (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]) : 0;
}
