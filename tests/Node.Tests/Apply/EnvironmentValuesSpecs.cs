using ActorStreams.Node.Apply;

namespace ActorStreams.Node.Tests.Apply;

/// <summary>What comes from the environment does not stand in what is printed.</summary>
public sealed class EnvironmentValuesSpecs
{
    [Theory]
    [InlineData("sesame-open", "${V}", "is 'sesame-open'; no.", "is '${V}'; no.")]
    [InlineData("sea", "${V}", "the bucket 'sea' of the season; set Buckets:sea.", "the bucket '${V}' of the season; set Buckets:${V}.")]
    [InlineData("12", "${V}", "is '12'; it takes 1 to 12.", "is '${V}'; it takes 1 to 12.")]
    [InlineData("b", "a${V}c", "is 'abc'; not 'abcd' or 'b'.", "is 'a${V}c'; not 'abcd' or '${V}'.")]
    [InlineData("a+\"b\"", "${V}", "is \"a\\u002B\\u0022b\\u0022\" or \"a+\\\"b\\\"\".", "is \"${V}\" or \"${V}\".")]
    [InlineData("name", "${V}", "is 'name'.", "is '${V}'.")]
    [InlineData("", "a${V}", "is ''.", "is ''.")]
    public void It_is_named_instead(string value, string written, string text, string shown)
    {
        var values = new EnvironmentValues(_ => value);
        values.Filled(written, out _, []);

        Assert.Equal(shown, values.Hidden(text));
    }

    [Fact]
    public void What_stands_in_place_of_one_is_not_taken_for_another()
    {
        var values = new EnvironmentValues(name => name == "ONE" ? "first" : "ONE");
        values.Filled("${ONE}${TWO}", out _, []);

        Assert.Equal("${ONE}, ${TWO}, ${ONE}${TWO}", values.Hidden("first, ONE, firstONE"));
    }
}
