using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Shards.Keys;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Keys;

[Properties(Arbitrary = [typeof(KeyArbitraries)])]
public class HashKeysSpecs
{
    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void A_hash_key_is_the_digest_that_RFC_1321_lists(string partitionKey, string digest)
    {
        var expected = UInt128.Parse(digest, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        Assert.Equal(expected, HashKeys.Of(Encoding.UTF8.GetBytes(partitionKey)));
    }

    [Fact]
    public void Every_length_hashes_as_the_platforms_MD5_does()
    {
        var random = new Random(1321);
        for (var length = 0; length <= 300; length++)
        {
            for (var i = 0; i < 20; i++)
            {
                var key = new byte[length];
                random.NextBytes(key);

                Assert.Equal(PlatformHash(key), HashKeys.Of(key));
            }
        }
    }

    [Property]
    public bool Any_bytes_hash_as_the_platforms_MD5_does(byte[] key) => HashKeys.Of(key) == PlatformHash(key);

    [Property]
    public bool A_formatted_key_parses_to_itself(UInt128 key)
    {
        var text = HashKeys.Format(key);

        return HashKeys.TryParse(text, out var parsed, out var error) && parsed == key && error == HashKeyError.None
            && HashKeys.TryParse(Encoding.UTF8.GetBytes(text), out parsed, out error) && parsed == key && error == HashKeyError.None;
    }

    [Theory]
    [InlineData("0", 0UL, 0UL)]
    [InlineData("1", 0UL, 1UL)]
    [InlineData("18446744073709551615", 0UL, ulong.MaxValue)]
    [InlineData("18446744073709551616", 1UL, 0UL)]
    [InlineData("340282366920938463463374607431768211454", ulong.MaxValue, ulong.MaxValue - 1)]
    [InlineData("340282366920938463463374607431768211455", ulong.MaxValue, ulong.MaxValue)]
    public void Keys_up_to_the_edge_are_read(string text, ulong upper, ulong lower)
    {
        Assert.True(HashKeys.TryParse(text, out var key, out var error));

        Assert.Equal(new UInt128(upper, lower), key);
        Assert.Equal(HashKeyError.None, error);
        Assert.Equal(text, HashKeys.Format(key));
    }

    [Theory]
    [InlineData("340282366920938463463374607431768211456")]
    [InlineData("340282366920938463463374607431768211460")]
    [InlineData("350000000000000000000000000000000000000")]
    [InlineData("999999999999999999999999999999999999999")]
    public void Numbers_of_39_digits_above_the_edge_are_told_apart(string text)
    {
        Assert.False(HashKeys.TryParse(text, out var key, out var error));

        Assert.Equal(UInt128.Zero, key);
        Assert.Equal(HashKeyError.AboveMaximum, error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("abc")]
    [InlineData("12345678901234567890x")]
    [InlineData("99999999999999999999999999999999999999x")]
    [InlineData("\u0661")]
    [InlineData("\uFF11")]
    [InlineData("\u0131")]
    [InlineData("1000000000000000000000000000000000000000")]
    public void What_does_not_match_the_pattern_is_no_number(string text)
    {
        Assert.False(HashKeys.TryParse(text, out var key, out var error));
        Assert.Equal(UInt128.Zero, key);
        Assert.Equal(HashKeyError.NotADecimalNumber, error);

        Assert.False(HashKeys.TryParse(Encoding.UTF8.GetBytes(text), out key, out error));
        Assert.Equal(UInt128.Zero, key);
        Assert.Equal(HashKeyError.NotADecimalNumber, error);
    }

    [Property(MaxTest = 1000)]
    public bool Digits_of_any_length_are_read_as_a_big_integer_reads_them(ulong a, ulong b, ulong c, byte keep)
    {
        var digits = string.Create(CultureInfo.InvariantCulture, $"{a % 9 + 1}{b}{c}{a}");
        var text = digits[..Math.Min(digits.Length, 1 + (keep % 41))];
        var value = BigInteger.Parse(text, CultureInfo.InvariantCulture);

        var expected = text.Length > 39 ? HashKeyError.NotADecimalNumber
            : value > (BigInteger)UInt128.MaxValue ? HashKeyError.AboveMaximum
            : HashKeyError.None;

        return HashKeys.TryParse(text, out var key, out var error) == (expected == HashKeyError.None)
            && error == expected
            && (error != HashKeyError.None || key == value);
    }

    [Property]
    public bool Parsing_never_throws_and_accepts_only_what_formatting_gives(byte[] text) =>
        !HashKeys.TryParse(text, out var key, out _) || HashKeys.Format(key) == Encoding.ASCII.GetString(text);

    internal static UInt128 PlatformHash(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt128BigEndian(MD5.HashData(key));
}
