using ActorStreams.Node.Replay;

namespace ActorStreams.Node.Tests.Replay;

public sealed class ReadingsFileSpecs
{
    [Fact]
    public async Task Lines_are_read_in_order_with_or_without_a_header()
    {
        var (with, _) = await ReadAsync("timestamp,value\n2014-04-01 00:00:00,20.5\n2014-04-01 00:05:00,21\n");
        var (without, _) = await ReadAsync("2014-04-01 00:00:00,20.5\n2014-04-01 00:05:00,21");

        Assert.Equal(with, without);
        Assert.Equal([20.5, 21], with.Select(v => v.Value));
        Assert.Equal(new DateTimeOffset(2014, 4, 1, 0, 5, 0, TimeSpan.Zero), with[1].Time);
        Assert.Equal("2014-04-01 00:05:00", with[1].Text);
    }

    [Fact]
    public async Task Seconds_since_1970_and_offsets_are_times_too()
    {
        var (values, file) = await ReadAsync("1396310400.5,1\n2014-04-01T02:00:00+02:00,2\n");

        Assert.Equal(0, file.MalformedCount);
        Assert.Equal(TimeSpan.FromSeconds(0.5), values[0].Time - values[1].Time);
    }

    [Theory]
    [InlineData("2014-04-01 00:00:00")]
    [InlineData("2014-04-01 00:00:00,")]
    [InlineData("2014-04-01 00:00:00,NaN")]
    [InlineData("2014-04-01 00:00:00,1,2")]
    [InlineData("yesterday,1")]
    [InlineData("-1,1")]
    public async Task Malformed_lines_are_counted_by_number_and_left_out(string line)
    {
        var (values, file) = await ReadAsync($"timestamp,value\n2014-04-01 00:00:00,1\n{line}\n\n2014-04-01 00:10:00,3\n");

        Assert.Equal([1, 3], values.Select(v => v.Value));
        Assert.Equal(1, file.MalformedCount);
        Assert.Equal([3], file.MalformedLines);
    }

    [Fact]
    public async Task The_list_of_malformed_lines_is_bounded_and_the_count_is_not()
    {
        var (_, file) = await ReadAsync("timestamp,value\n" + string.Concat(Enumerable.Repeat("x\n", 1000)));

        Assert.Equal(1000, file.MalformedCount);
        Assert.Equal(ReadingsFile.MalformedListedMax, file.MalformedLines.Count);
    }

    [Fact]
    public async Task A_first_line_that_is_no_header_is_malformed()
    {
        var (_, file) = await ReadAsync("what,is,this\n");

        Assert.Equal([1], file.MalformedLines);
    }

    private static async Task<(List<TimedValue> Values, ReadingsFile File)> ReadAsync(string text)
    {
        var file = new ReadingsFile(new StringReader(text));
        var values = new List<TimedValue>();
        await foreach (var value in file.ReadAsync()) values.Add(value);
        return (values, file);
    }
}
