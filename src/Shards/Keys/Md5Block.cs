using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ActorStreams.Shards.Keys;

/// <summary>
/// MD5 (RFC 1321) of messages that fit, padded, in one block of 64 bytes: one message alone, or one in each lane of a vector.
/// For short keys the platform's MD5 spends most of its time on setting up.
/// </summary>
internal static class Md5Block
{
    /// <summary>A block less the end mark (one byte) and the length in bits (eight bytes).</summary>
    public const int MessageBytesMax = 64 - 1 - 8;

    public const int Words = 16;

    private const int LengthWord = 14;

    // The RFC's table T, floor(2^32 * abs(sin(i + 1))). An array, because a span over constants allocates at every access in code that
    // is not optimised yet.
    private static readonly uint[] s_sines =
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    public static UInt128 Hash(ReadOnlySpan<byte> message)
    {
        Span<uint> block = stackalloc uint[Words];
        WriteBlock(message, block, lane: 0, lanes: 1);
        Compress<uint, ScalarWords>(block, out var a, out var b, out var c, out var d);
        return Digest(a, b, c, d);
    }

    /// <summary>
    /// Writes the padded message into its lane: word w goes to <c>block[w * lanes + lane]</c>. The lane must be all zero before.
    /// </summary>
    public static void WriteBlock(ReadOnlySpan<byte> message, Span<uint> block, int lane, int lanes)
    {
        var bits = (uint)message.Length * 8;
        var at = lane;
        while (message.Length >= sizeof(uint))
        {
            block[at] = BinaryPrimitives.ReadUInt32LittleEndian(message);
            message = message[sizeof(uint)..];
            at += lanes;
        }

        const uint EndMark = 0x80;
        block[at] = message.Length switch
        {
            0 => EndMark,
            1 => message[0] | (EndMark << 8),
            2 => message[0] | ((uint)message[1] << 8) | (EndMark << 16),
            _ => message[0] | ((uint)message[1] << 8) | ((uint)message[2] << 16) | (EndMark << 24),
        };
        block[(LengthWord * lanes) + lane] = bits;
    }

    /// <summary>The digest is the four words in order, each little-endian; a hash key reads those bytes as one big-endian number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Digest(uint a, uint b, uint c, uint d) => new(
        ((ulong)BinaryPrimitives.ReverseEndianness(a) << 32) | BinaryPrimitives.ReverseEndianness(b),
        ((ulong)BinaryPrimitives.ReverseEndianness(c) << 32) | BinaryPrimitives.ReverseEndianness(d));

    /// <summary>
    /// The RFC's four rounds over one block per lane. The chain of steps through <c>b</c> bounds the speed, so each mixing function
    /// is written such that as little as possible of it waits for the newest word.
    /// </summary>
    public static void Compress<T, TWords>(ReadOnlySpan<T> block, out T a, out T b, out T c, out T d)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        block = block[..Words];
        a = TWords.Constant(0x67452301);
        b = TWords.Constant(0xefcdab89);
        c = TWords.Constant(0x98badcfe);
        d = TWords.Constant(0x10325476);
        Round1<T, TWords>(block, ref a, ref b, ref c, ref d);
        Round2<T, TWords>(block, ref a, ref b, ref c, ref d);
        Round3<T, TWords>(block, ref a, ref b, ref c, ref d);
        Round4<T, TWords>(block, ref a, ref b, ref c, ref d);
        a = TWords.Add(a, TWords.Constant(0x67452301));
        b = TWords.Add(b, TWords.Constant(0xefcdab89));
        c = TWords.Add(c, TWords.Constant(0x98badcfe));
        d = TWords.Add(d, TWords.Constant(0x10325476));
    }

    // Each round works on copies of the state: through the references the compiler would go to memory at every step.
    private static void Round1<T, TWords>(ReadOnlySpan<T> block, ref T stateA, ref T stateB, ref T stateC, ref T stateD)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var (a, b, c, d) = (stateA, stateB, stateC, stateD);
        for (var i = 0; i < Words; i += 4)
        {
            a = Step<T, TWords>(a, b, Choose<T, TWords>(b, c, d), block[i], s_sines[i], 7);
            d = Step<T, TWords>(d, a, Choose<T, TWords>(a, b, c), block[i + 1], s_sines[i + 1], 12);
            c = Step<T, TWords>(c, d, Choose<T, TWords>(d, a, b), block[i + 2], s_sines[i + 2], 17);
            b = Step<T, TWords>(b, c, Choose<T, TWords>(c, d, a), block[i + 3], s_sines[i + 3], 22);
        }

        (stateA, stateB, stateC, stateD) = (a, b, c, d);
    }

    private static void Round2<T, TWords>(ReadOnlySpan<T> block, ref T stateA, ref T stateB, ref T stateC, ref T stateD)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var (a, b, c, d) = (stateA, stateB, stateC, stateD);
        for (var i = 0; i < Words; i += 4)
        {
            var word = 5 * i;
            a = StepByChoice<T, TWords>(a, b, c, d, block[(word + 1) & 15], s_sines[i + 16], 5);
            d = StepByChoice<T, TWords>(d, a, b, c, block[(word + 6) & 15], s_sines[i + 17], 9);
            c = StepByChoice<T, TWords>(c, d, a, b, block[(word + 11) & 15], s_sines[i + 18], 14);
            b = StepByChoice<T, TWords>(b, c, d, a, block[word & 15], s_sines[i + 19], 20);
        }

        (stateA, stateB, stateC, stateD) = (a, b, c, d);
    }

    private static void Round3<T, TWords>(ReadOnlySpan<T> block, ref T stateA, ref T stateB, ref T stateC, ref T stateD)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var (a, b, c, d) = (stateA, stateB, stateC, stateD);
        for (var i = 0; i < Words; i += 4)
        {
            var word = 3 * i;
            a = Step<T, TWords>(a, b, Parity<T, TWords>(b, c, d), block[(word + 5) & 15], s_sines[i + 32], 4);
            d = Step<T, TWords>(d, a, Parity<T, TWords>(a, b, c), block[(word + 8) & 15], s_sines[i + 33], 11);
            c = Step<T, TWords>(c, d, Parity<T, TWords>(d, a, b), block[(word + 11) & 15], s_sines[i + 34], 16);
            b = Step<T, TWords>(b, c, Parity<T, TWords>(c, d, a), block[(word + 14) & 15], s_sines[i + 35], 23);
        }

        (stateA, stateB, stateC, stateD) = (a, b, c, d);
    }

    private static void Round4<T, TWords>(ReadOnlySpan<T> block, ref T stateA, ref T stateB, ref T stateC, ref T stateD)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var (a, b, c, d) = (stateA, stateB, stateC, stateD);
        for (var i = 0; i < Words; i += 4)
        {
            var word = 7 * i;
            a = Step<T, TWords>(a, b, Lean<T, TWords>(b, c, d), block[word & 15], s_sines[i + 48], 6);
            d = Step<T, TWords>(d, a, Lean<T, TWords>(a, b, c), block[(word + 7) & 15], s_sines[i + 49], 10);
            c = Step<T, TWords>(c, d, Lean<T, TWords>(d, a, b), block[(word + 14) & 15], s_sines[i + 50], 15);
            b = Step<T, TWords>(b, c, Lean<T, TWords>(c, d, a), block[(word + 5) & 15], s_sines[i + 51], 21);
        }

        (stateA, stateB, stateC, stateD) = (a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Step<T, TWords>(T a, T b, T mixed, T word, uint sine, int bits)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var early = TWords.Add(TWords.Add(a, word), TWords.Constant(sine));
        return TWords.Add(b, TWords.RotateLeft(TWords.Add(early, mixed), bits));
    }

    // G(x, y, z) = (x and z) or (y and not z). Its halves share no bit, so they can be added one after the other, and
    // only the first half waits for x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T StepByChoice<T, TWords>(T a, T b, T c, T d, T word, uint sine, int bits)
        where T : struct
        where TWords : struct, IMd5Words<T>
    {
        var early = TWords.Add(TWords.Add(TWords.Add(a, word), TWords.Constant(sine)), TWords.AndNot(c, d));
        return TWords.Add(b, TWords.RotateLeft(TWords.Add(early, TWords.And(b, d)), bits));
    }

    // F(x, y, z) = (x and y) or (not x and z).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Choose<T, TWords>(T x, T y, T z)
        where T : struct
        where TWords : struct, IMd5Words<T> => TWords.Xor(TWords.And(TWords.Xor(y, z), x), z);

    // H(x, y, z) = x xor y xor z.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Parity<T, TWords>(T x, T y, T z)
        where T : struct
        where TWords : struct, IMd5Words<T> => TWords.Xor(TWords.Xor(y, z), x);

    // I(x, y, z) = y xor (x or not z).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Lean<T, TWords>(T x, T y, T z)
        where T : struct
        where TWords : struct, IMd5Words<T> => TWords.Xor(TWords.OrNot(x, z), y);
}
