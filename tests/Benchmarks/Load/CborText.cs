using System.Buffers.Binary;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Writes as much CBOR as requests need, maps and lists of indefinite length; reads the head of an item.</summary>
internal sealed class CborText
{
    private const byte BytesType = 0x40;
    private const byte TextType = 0x60;
    private readonly MemoryStream _bytes = new();

    public CborText StartMap() => Byte(0xbf);

    public CborText StartList() => Byte(0x9f);

    /// <summary>Ends the map or list begun last.</summary>
    public CborText End() => Byte(0xff);

    public CborText Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Head(TextType, (uint)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    public CborText Bytes(byte[] value)
    {
        Head(BytesType, (uint)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <param name="value">Not below 0.</param>
    public CborText Integer(int value)
    {
        Head(0, (uint)value);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>The number in an item's head: the value of an integer, the length of a string.</summary>
    public static long ReadHead(ReadOnlySpan<byte> item, out int headBytes)
    {
        var info = item[0] & 0x1f;
        headBytes = info < 24 ? 1 : 1 + (1 << (info - 24));
        return info switch
        {
            < 24 => info,
            24 => item[1],
            25 => BinaryPrimitives.ReadUInt16BigEndian(item[1..]),
            26 => BinaryPrimitives.ReadUInt32BigEndian(item[1..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(item[1..]),
        };
    }

    private CborText Byte(byte value)
    {
        _bytes.WriteByte(value);
        return this;
    }

    private void Head(byte type, uint number)
    {
        if (number < 24)
        {
            _bytes.WriteByte((byte)(type | number));
        }
        else if (number < 256)
        {
            _bytes.Write([(byte)(type | 24), (byte)number]);
        }
        else
        {
            _bytes.Write([(byte)(type | 26), (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        }
    }
}
