using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Tests.Formats;

public sealed class ColumnTypeSpecs
{
    [Theory]
    [InlineData("INT", "int")]
    [InlineData("integer", "int")]
    [InlineData("bigint", "bigint")]
    [InlineData("decimal", "decimal(10,0)")]
    [InlineData("decimal( 38 , 10 )", "decimal(38,10)")]
    [InlineData("varchar(20)", "varchar(20)")]
    [InlineData("timestamp", "timestamp")]
    public void Types_have_the_names_of_hive(string name, string expected) => Assert.Equal(expected, ColumnType.Parse(name, out _)?.ToString());

    [Theory]
    [InlineData("array<int>", "array<int> is no type of a column here; allowed are boolean")]
    [InlineData("struct<a:int>", "allowed are boolean")]
    [InlineData("decimal(39,0)", "decimal(p,s) with p from 1 to 38")]
    [InlineData("decimal(5,6)", "s from 0 to p")]
    [InlineData("int(3)", "is no type of a column")]
    [InlineData("", "is no type of a column")]
    public void Others_are_refused_with_what_is_allowed(string name, string expected)
    {
        Assert.Null(ColumnType.Parse(name, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yyyy.MM.dd HH-mm-ss", "2026.03.09 15-04-05", "2026-03-09T15:04:05.0000000+00:00")]
    [InlineData("dd/MMM/yyyy:HH:mm:ss Z", "09/Mar/2026:16:04:05 +0100", "2026-03-09T15:04:05.0000000+00:00")]
    [InlineData("yyyy-MM-dd'T'hh:mm:ss.SSSa", "2026-03-09T03:04:05.123PM", "2026-03-09T15:04:05.1230000+00:00")]
    [InlineData("yyyy-MM-dd", "2026-02-30", null)]
    [InlineData("yyyy-MM-dd", "2026-03-09 ", null)]
    public void A_timestamp_is_read_by_its_pattern(string pattern, string text, string? expected)
    {
        var format = TimestampFormat.Parse(pattern, out _)!;

        Assert.Equal(expected, format.Pattern!.TryRead(text, out var time) ? time.ToString("O") : null);
    }

    [Theory]
    [InlineData("w-yyyy", 1, "w cannot be read")]
    [InlineData("HH:mm", 6, "no year")]
    public void A_pattern_that_cannot_be_read_is_refused(string pattern, int position, string expected)
    {
        Assert.Null(TimestampFormat.Parse(pattern, out var error));
        Assert.Equal(position, error!.Position);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
