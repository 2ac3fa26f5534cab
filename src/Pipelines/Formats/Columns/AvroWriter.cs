using System.Buffers;
using System.Buffers.Binary;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Avro's binary encoding of the values that columns have.</summary>
internal ref struct AvroWriter(ArrayBufferWriter<byte> output)
{
    private const int LongBytesMax = 10;

    public readonly void WriteBoolean(bool value)
    {
        output.GetSpan(1)[0] = value ? (byte)1 : (byte)0;
        output.Advance(1);
    }

    /// <summary>Zigzag, seven bits a byte, the lowest first.</summary>
    public readonly void WriteLong(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        var span = output.GetSpan(LongBytesMax);
        var length = 0;
        for (; rest > 0x7f; rest >>= 7) span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        output.Advance(length);
    }

    public readonly void WriteFloat(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(output.GetSpan(sizeof(float)), value);
        output.Advance(sizeof(float));
    }

    public readonly void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    public readonly void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteLong(value.Length);
        output.Write(value);
    }

    public readonly void WriteRaw(ReadOnlySpan<byte> value) => output.Write(value);

    /// <summary>A decimal's smallest units, as bytes in big-endian.</summary>
    public readonly void WriteDecimal(long unscaled)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, unscaled);
        WriteBytes(bytes);
    }
}
