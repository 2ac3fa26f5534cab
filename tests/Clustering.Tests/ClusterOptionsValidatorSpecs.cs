namespace ActorStreams.Clustering.Tests;

public class ClusterOptionsValidatorSpecs
{
    [Fact]
    public void The_defaults_are_allowed_on_either_store()
    {
        Assert.True(new ClusterOptionsValidator(usesPostgres: false).Validate(null, new ClusterOptions()).Succeeded);
        Assert.True(new ClusterOptionsValidator(usesPostgres: true).Validate(null, new ClusterOptions()).Succeeded);
    }

    [Fact]
    public void All_that_is_wrong_is_named_with_what_is_allowed()
    {
        var result = new ClusterOptionsValidator(usesPostgres: false).Validate(null, new ClusterOptions
        {
            Name = "-x",
            Host = "0.0.0.0",
            BindAddress = "here",
            Port = 70_000,
            Roles = ["queen"],
            Seeds = ["a"],
            Downing = Downing.LeaseMajority,
        });

        Assert.Equal(
            ["Name", "Host", "BindAddress", "Port", "Roles", "Seeds", "Seeds", "Downing"], result.Failures!.Select(f => f[..f.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(result.Failures!, f => Assert.EndsWith(".", f, StringComparison.Ordinal));
    }
}
