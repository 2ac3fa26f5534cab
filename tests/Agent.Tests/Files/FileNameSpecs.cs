using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tests.Files;

public sealed class FileNameSpecs
{
    [Theory]
    [InlineData("app.log*", "app.log", true)]
    [InlineData("app.log*", "app.log.1", true)]
    [InlineData("app.log*", "other.log", false)]
    [InlineData("a?p.log", "app.log", true)]
    [InlineData("a?p.log", "ap.log", false)]
    [InlineData("{app,web}-[0-9].log", "web-7.log", true)]
    [InlineData("[!a]*.log", "app.log", false)]
    [InlineData("a+b(1).log", "a+b(1).log", true)]
    public void A_glob_matches_names_as_Java_has_it(string glob, string name, bool matches)
    {
        Assert.True(FilePattern.TryCreate(glob, out var pattern, out _));
        Assert.Equal(matches, pattern.Matches(name));
    }

    [Theory]
    [InlineData("[a", "'[' has no ']'.")]
    [InlineData("{a", "'{' has no '}'.")]
    public void A_glob_that_is_none_is_told_why(string glob, string why)
    {
        Assert.False(FilePattern.TryCreate(glob, out _, out var wrong));
        Assert.Equal(why, wrong);
    }

    [Theory]
    [InlineData("app.log", "app.log")]
    [InlineData("app.log.1", "app.log")]
    [InlineData("app.log.12.gz", "app.log")]
    [InlineData("app.log-20260131", "app.log")]
    [InlineData("app.log-20260131.gz", "app.log")]
    [InlineData("app-20260131.log", "app.log")]
    [InlineData("app.log.2026-01-31T23:59:59Z", "app.log")]
    [InlineData("host-1.log", "host-1.log")]
    [InlineData("2026", "2026")]
    public void Rotated_files_have_the_stem_of_their_log(string name, string stem) => Assert.Equal(stem, RotatedName.StemOf(name));
}
