using System.Buffers.Binary;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>Bytes of PostgreSQL's binary COPY format, big-endian, that a row which fails half way can be taken back from.</summary>
internal sealed class RowBuffer
{
    private byte[] _bytes = new byte[64 << 10];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Takes back what was written since.</summary>
    public void Truncate(int length) => Length = length;

    public Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>Signature, no flags, no extension.</summary>
    public void Header()
    {
        ReadOnlySpan<byte> signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];
        signature.CopyTo(Take(signature.Length));
        Int32(0);
        Int32(0);
    }

    public void Int16(int value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Null() => Int32(-1);

    /// <summary>A value of one byte, its length before it; and so on.</summary>
    public void Value8(byte value)
    {
        Int32(1);
        Take(1)[0] = value;
    }

    public void Value16(short value)
    {
        Int32(2);
        Int16(value);
    }

    public void Value32(int value)
    {
        Int32(4);
        Int32(value);
    }

    public void Value64(long value)
    {
        Int32(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    }

    public void Value(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Take(value.Length));
    }
}
