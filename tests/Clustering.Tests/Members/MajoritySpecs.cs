using ActorStreams.Clustering.Members;

namespace ActorStreams.Clustering.Tests.Members;

public class MajoritySpecs
{
    [Theory]
    [InlineData("a", "", true)]
    [InlineData("abc", "", true)]
    [InlineData("abc", "c", true)]
    [InlineData("abc", "ab", false)]
    [InlineData("abcde", "abc", false)]
    [InlineData("abcde", "de", true)]
    [InlineData("ab", "b", true)]
    [InlineData("ab", "a", false)]
    [InlineData("abcd", "cd", true)]
    [InlineData("abcd", "ad", false)]
    [InlineData("", "", true)]
    public void More_than_half_is_a_majority_and_of_two_halves_the_one_with_the_lowest_address(string voters, string away, bool has)
    {
        var lost = Majority.Lost([.. voters.Select(c => c.ToString())], away.Select(c => c.ToString()).ToHashSet());

        Assert.Equal(has, lost is null);
    }

    [Fact]
    public void What_is_lacking_is_said_with_who_is_away() =>
        Assert.Equal("1 of 3 nodes are reachable, no majority; away: b, c.", Majority.Lost(["a", "b", "c"], new HashSet<string> { "b", "c", "a lighthouse" }));
}
