using ActorStreams.Pipelines.Formats;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Firehose.Naming;

public sealed class JavaTimePatternSpecs
{
    private static readonly DateTimeOffset s_time = new DateTimeOffset(2026, 3, 9, 15, 4, 5, TimeSpan.Zero).AddTicks(1_234_567);

    [Theory]
    [InlineData("yyyy/MM/dd/HH", "2026/03/09/15")]
    [InlineData("'year='yyyy'/month='M", "year=2026/month=3")]
    [InlineData("yy-D-DDD", "26-68-068")]
    [InlineData("hh:mm:ss a, k K", "03:04:05 PM, 15 3")]
    [InlineData("MMM MMMM EEE EEEE", "Mar March Mon Monday")]
    [InlineData("S SSS SSSSSSSSS", "1 123 123456700")]
    [InlineData("YYYY-'w'ww e", "2026-w11 2")]
    [InlineData("QQ QQQ QQQQ", "01 Q1 1st quarter")]
    [InlineData("XXX xxx Z VV", "Z +00:00 +0000 UTC")]
    [InlineData("'it''s' ''", "it's '")]
    public void A_time_is_written_as_java_writes_it(string pattern, string expected) => Assert.Equal(expected, Parse(pattern).Format(s_time, TimeZoneInfo.Utc));

    [Theory]
    // The last week of a year that belongs to the next one, and the other way round it never does: weeks begin on Sunday.
    [InlineData(2026, 12, 27, "2027 01")]
    [InlineData(2026, 12, 26, "2026 52")]
    [InlineData(2027, 1, 1, "2027 01")]
    [InlineData(2027, 1, 3, "2027 02")]
    public void Weeks_are_those_of_the_united_states(int year, int month, int day, string expected) =>
        Assert.Equal(expected, Parse("YYYY ww").Format(new DateTimeOffset(year, month, day, 12, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc));

    [Fact]
    public void A_zone_moves_the_time_over_its_change_to_summer_time()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        Assert.Equal("2026/03/29/01 +0100", Parse("yyyy/MM/dd/HH Z").Format(new DateTimeOffset(2026, 3, 29, 0, 59, 0, TimeSpan.Zero), berlin));
        Assert.Equal("2026/03/29/03 +02", Parse("yyyy/MM/dd/HH X").Format(new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero), berlin));
    }

    [Theory]
    [InlineData("yyyy-bb", 6, "b is no letter of a pattern")]
    [InlineData("HHH", 1, "H stands 3 times; up to 2")]
    [InlineData("yyyy'x", 5, "not closed")]
    [InlineData("[yyyy]", 1, "quote it")]
    [InlineData("", 1, "empty")]
    public void A_wrong_pattern_is_refused_by_position(string pattern, int position, string message)
    {
        Assert.Null(JavaTimePattern.Parse(pattern, out var error));
        Assert.Equal(position, error!.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Property]
    public void No_text_makes_the_parser_throw(string? text) => Assert.NotEqual(JavaTimePattern.Parse(text ?? "", out var error) is null, error is null);

    private static JavaTimePattern Parse(string pattern) => JavaTimePattern.Parse(pattern, out var error) ?? throw new FormatException(error!.ToString());
}
