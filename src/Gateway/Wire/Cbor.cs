using System.Buffers.Binary;

namespace ActorStreams.Gateway.Wire;

/// <summary>The bytes of CBOR (RFC 8949): an item begins with three bits of a major type and a number of up to 64 bits.</summary>
internal static class Cbor
{
    public const byte Unsigned = 0 << 5;
    public const byte Negative = 1 << 5;
    public const byte Bytes = 2 << 5;
    public const byte Text = 3 << 5;
    public const byte List = 4 << 5;
    public const byte Map = 5 << 5;
    public const byte Tag = 6 << 5;
    public const byte Simple = 7 << 5;

    /// <summary>In place of a length: what follows goes on up to <see cref="Break"/>.</summary>
    public const byte Indefinite = 31;

    public const byte ListStart = List | Indefinite;
    public const byte MapStart = Map | Indefinite;
    public const byte Break = Simple | Indefinite;
    public const byte False = Simple | 20;
    public const byte True = Simple | 21;
    public const byte TimestampTag = Tag | 1;

    public const int HeadBytesMax = 9;

    public static int HeadLengthOf(ulong value) => value switch
    {
        < 24 => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    /// <summary>Answers how many bytes it wrote: <see cref="HeadLengthOf"/>, the fewest that hold the number.</summary>
    public static int WriteHead(Span<byte> destination, byte major, ulong value)
    {
        switch (HeadLengthOf(value))
        {
            case 1:
                destination[0] = (byte)(major | (byte)value);
                return 1;
            case 2:
                destination[0] = (byte)(major | 24);
                destination[1] = (byte)value;
                return 2;
            case 3:
                destination[0] = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)value);
                return 3;
            case 5:
                destination[0] = (byte)(major | 26);
                BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)value);
                return 5;
            default:
                destination[0] = (byte)(major | 27);
                BinaryPrimitives.WriteUInt64BigEndian(destination[1..], value);
                return 9;
        }
    }
}
