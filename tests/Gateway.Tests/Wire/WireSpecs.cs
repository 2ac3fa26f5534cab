using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Wire;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Wire;

public sealed class WireSpecs
{
    private static readonly FakeTimeProvider Time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Property(MaxTest = 500)]
    public void Escaped_text_is_read_back_and_as_long_as_foretold(string? text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text ?? "");
        var json = new byte[2 + (utf8.Length * JsonText.ExpansionMax)];
        json[0] = (byte)'"';

        var length = JsonText.Write(utf8, json.AsSpan(1));
        json[1 + length] = (byte)'"';

        Assert.Equal(JsonText.LengthOf(utf8), length);
        Assert.Equal(Encoding.UTF8.GetString(utf8), JsonSerializer.Deserialize<string>(json.AsSpan(0, length + 2)));
    }

    [Property]
    public void A_token_opens_with_its_key_for_its_purpose_only(byte[] payload, byte[] key)
    {
        var sealer = new TokenSealer(key, Time);
        var token = sealer.Seal(TokenPurpose.ListShards, payload);

        Assert.True(sealer.TryOpen(TokenPurpose.ListShards, token, out var opened, out var issuedAt));
        Assert.Equal(payload, opened);
        Assert.Equal(Time.GetUtcNow(), issuedAt);
        Assert.False(sealer.TryOpen(TokenPurpose.ListStreams, token, out _, out _));
        // A zero byte at the end of a short HMAC key changes nothing.
        Assert.False(new TokenSealer([.. key, 1], Time).TryOpen(TokenPurpose.ListShards, token, out _, out _));
    }

    [Property]
    public void Opening_never_throws(string? text, byte[] bytes)
    {
        var sealer = new TokenSealer([1, 2, 3], Time);

        Assert.False(sealer.TryOpen(TokenPurpose.ShardIterator, text ?? "", out _, out _));
        Assert.False(sealer.TryOpen(TokenPurpose.ShardIterator, Convert.ToBase64String(bytes), out _, out _));
    }

    [Theory]
    [InlineData(0, "0.000")]
    [InlineData(1, "0.001")]
    [InlineData(1_772_366_400_250, "1772366400.250")]
    [InlineData(long.MaxValue, "9223372036854775.807")]
    public void Times_are_seconds_with_three_decimals(long ms, string expected)
    {
        var text = default(TimestampText);
        text.Set(ms);
        var bytes = new byte[TimestampText.LengthMax];

        text.CopyTo(bytes);

        Assert.Equal(expected, Encoding.ASCII.GetString(bytes, 0, text.Length));
    }
}
