using System.Text;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Tests;

public class NamesAndFiguresSpecs
{
    [Theory]
    [InlineData("orders/3", "orders", "shardId-000000000003")]
    [InlineData("orders/shardId-000000000003", "orders", "shardId-000000000003")]
    [InlineData("or.de_rs-1/shardId-12", "or.de_rs-1", "shardId-000000000012")]
    public void A_shard_has_a_short_and_a_long_name(string text, string stream, string shardId)
    {
        Assert.True(ShardName.TryParse(text, out var name));
        Assert.Equal(new ShardName(stream, shardId), name);
        Assert.True(ShardName.TryParse(name.ToString(), out var again));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("/3")]
    [InlineData("orders/")]
    [InlineData("orders/-3")]
    [InlineData("orders/1234567890123")]
    [InlineData("or ders/3")]
    [InlineData("orders/3\n")]
    public void What_is_no_shard_is_not_taken_for_one(string text) => Assert.False(ShardName.TryParse(text, out _));

    [Theory]
    [InlineData("latest", "from=LATEST")]
    [InlineData("49600000000000000000000000000000000000000000000000001205", "from=AT_SEQUENCE_NUMBER&sequenceNumber=49600000000000000000000000000000000000000000000000001205")]
    [InlineData("2026-11-26", "from=AT_TIMESTAMP&timestamp=2026-11-26T00%3A00%3A00Z")]
    [InlineData("2026-11-26T10:00:00.25+01:00", "from=AT_TIMESTAMP&timestamp=2026-11-26T09%3A00%3A00.25Z")]
    public void A_starting_point_is_a_position_a_time_or_a_number(string text, string query)
    {
        Assert.True(StartingPoint.TryParse(text, out var point));
        Assert.Equal(query, point.Query);
    }

    [Theory]
    [InlineData("10", 10_000)]
    [InlineData("2.5", 2_500)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    public void A_duration_is_in_seconds_or_has_a_unit(string text, int ms)
    {
        Assert.True(Settings.TryParseDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(ms), duration);
    }

    [Theory]
    [InlineData("plain text, also ünïcode", "plain text, also ünïcode")]
    [InlineData("{\"t\":1}\n", "{\"t\":1}\\n")]
    [InlineData("red \u001b[31m", "base64:cmVkIBtbMzFt")]
    [InlineData("\u202Ereversed", "base64:4oCucmV2ZXJzZWQ=")]
    public void Data_is_printed_as_text_where_a_terminal_can_show_it_and_as_base64_elsewhere(string data, string shown) =>
        Assert.Equal(shown, Printable.Data(Encoding.UTF8.GetBytes(data)));

    [Fact]
    public void Data_that_is_no_text_is_printed_as_base64() => Assert.Equal("base64:/wA=", Printable.Data([0xff, 0]));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(-1L, "-")]
    [InlineData(999L, "999 ms")]
    [InlineData(59_940L, "59.9 s")]
    [InlineData(61_000L, "1 m 1 s")]
    [InlineData(3_660_000L, "1 h 1 m")]
    [InlineData(90_000_000L, "1 d 1 h")]
    public void Lags_are_told_in_two_units(long? ms, string shown) => Assert.Equal(shown, Figures.Duration(ms));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1536L, "1.5 KiB")]
    [InlineData(1_288_490_189L, "1.2 GiB")]
    public void Bytes_are_told_in_the_unit_that_fits(long? bytes, string shown) => Assert.Equal(shown, Figures.Bytes(bytes));
}
