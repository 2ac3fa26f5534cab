using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace ActorStreams.Shards.Keys;

/// <summary>
/// Hash keys: the MD5 of a partition key's UTF-8 bytes, read as an unsigned big-endian number, and the decimal text they have on
/// the wire. MD5 spreads keys here as Kinesis prescribes; nothing relies on it being hard to collide.
/// </summary>
public static class HashKeys
{
    // 2^128-1 has 39 digits; 38 digits always fit.
    private const int DigitsMax = 39;

    // The most digits that always fit in a ulong.
    private const int DigitsPerChunk = 19;

    public static UInt128 Of(ReadOnlySpan<byte> partitionKeyUtf8)
    {
        if (partitionKeyUtf8.Length <= Md5Block.MessageBytesMax)
        {
            return Md5Block.Hash(partitionKeyUtf8);
        }

        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(partitionKeyUtf8, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    public static bool TryParse(ReadOnlySpan<char> decimalText, out UInt128 key, out HashKeyError error) =>
        (error = Parse(decimalText, out key)) == HashKeyError.None;

    public static bool TryParse(ReadOnlySpan<byte> decimalText, out UInt128 key, out HashKeyError error) =>
        (error = Parse(decimalText, out key)) == HashKeyError.None;

    public static string Format(UInt128 key) => key.ToString(CultureInfo.InvariantCulture);

    private static HashKeyError Parse<TChar>(ReadOnlySpan<TChar> text, out UInt128 key)
        where TChar : unmanaged, IBinaryInteger<TChar>
    {
        key = default;
        if (text.IsEmpty || text.Length > DigitsMax)
        {
            return HashKeyError.NotADecimalNumber;
        }

        if (text[0] == TChar.CreateTruncating('0') && text.Length > 1)
        {
            return HashKeyError.NotADecimalNumber;
        }

        var upperLength = Math.Min(text.Length, DigitsPerChunk);
        var middleLength = Math.Min(text.Length - upperLength, DigitsPerChunk);
        if (!TryReadDigits(text[..upperLength], out var upper) || !TryReadDigits(text.Slice(upperLength, middleLength), out var middle))
        {
            return HashKeyError.NotADecimalNumber;
        }

        // 38 digits are below 10^38 < 2^128, so only the 39th can overflow.
        var value = ((UInt128)upper * PowerOfTen(middleLength)) + middle;
        if (text.Length == DigitsMax)
        {
            if (!TryReadDigits(text[^1..], out var last))
            {
                return HashKeyError.NotADecimalNumber;
            }

            if (value > (UInt128.MaxValue - last) / 10)
            {
                return HashKeyError.AboveMaximum;
            }

            value = (value * 10) + last;
        }

        key = value;
        return HashKeyError.None;
    }

    private static bool TryReadDigits<TChar>(ReadOnlySpan<TChar> text, out ulong value)
        where TChar : unmanaged, IBinaryInteger<TChar>
    {
        value = 0;
        foreach (var character in text)
        {
            var digit = uint.CreateTruncating(character) - '0';
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        return true;
    }

    private static ulong PowerOfTen(int exponent)
    {
        ulong power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
