namespace ActorStreams.Management.Tests;

public sealed class OptionsSpecs
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("::")]
    public void An_address_that_others_reach_needs_a_token_and_both_ways_out_are_named(string address)
    {
        var failure = Assert.Single(Validate(new ManagementOptions { BindAddress = address }));

        Assert.Contains($"BindAddress {address}", failure, StringComparison.Ordinal);
        Assert.Contains("Token or TokenFile", failure, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", failure, StringComparison.Ordinal);
        Assert.Empty(Validate(new ManagementOptions { BindAddress = address, Token = "secret" }));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Loopback_needs_none(string address) => Assert.Empty(Validate(new ManagementOptions { BindAddress = address }));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("gl\u00fcck")]
    public void A_token_that_cannot_stand_in_a_header_is_refused_and_not_shown(string token)
    {
        var failure = Assert.Single(Validate(new ManagementOptions { Token = token }));

        Assert.Contains("printable ASCII", failure, StringComparison.Ordinal);
        if (token.Length > 0) Assert.DoesNotContain(token, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_file_is_read_without_its_line_break_and_a_missing_one_is_named()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "secret\n");

        Assert.True(BearerToken.Load(new ManagementOptions { TokenFile = file })!.IsShownBy("Bearer secret"));

        File.Delete(file);
        Assert.Contains(file, Assert.Single(Validate(new ManagementOptions { TokenFile = file })), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Validate(ManagementOptions options) => new ManagementOptionsValidator().Validate(null, options).Failures ?? [];
}
