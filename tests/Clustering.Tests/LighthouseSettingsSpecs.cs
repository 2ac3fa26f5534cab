using ActorStreams.Hosting.Settings;
using ActorStreams.Lighthouse;

namespace ActorStreams.Clustering.Tests;

public class LighthouseSettingsSpecs
{
    private static readonly KeyValuePair<string, string?>[] s_store = [new("ActorStreams:Store:ConnectionString", "Host=db")];

    [Theory]
    [InlineData("akka.tcp://x@lighthouse-0.lighthouse:4053,akka.tcp://x@lighthouse-1.lighthouse:4053")]
    [InlineData("[\"akka.tcp://x@lighthouse-0.lighthouse:4053\", \"akka.tcp://x@lighthouse-1.lighthouse:4053\"]")]
    [InlineData("lighthouse-0.lighthouse:4053, lighthouse-1.lighthouse:4053")]
    public void The_environment_of_the_known_image_says_name_address_and_seeds(string seeds)
    {
        var settings = Read(("ACTORSYSTEM", "x"), ("CLUSTER_IP", "lighthouse-0.lighthouse"), ("CLUSTER_PORT", "4053"), ("CLUSTER_SEEDS", seeds));

        Assert.Equal(("x", "lighthouse-0.lighthouse", 4053), (settings.Cluster.Name, settings.Cluster.Host, settings.Cluster.Port));
        Assert.Equal(["lighthouse-0.lighthouse:4053", "lighthouse-1.lighthouse:4053"], settings.Cluster.Seeds);
    }

    [Fact]
    public void The_port_is_the_known_one_where_nothing_says_another() => Assert.Equal(4053, Read().Cluster.Port);

    [Theory]
    [InlineData("akka.tcp://y@a:4053", "names the actor system y, ACTORSYSTEM says x")]
    [InlineData("akka.tcp://x@a", "is not an address")]
    [InlineData("a", "is not an address")]
    public void A_seed_that_cannot_be_one_is_named(string seed, string why)
    {
        var refused = Assert.Throws<SettingsException>(() => Read(("ACTORSYSTEM", "x"), ("CLUSTER_SEEDS", seed)));

        Assert.Contains(why, Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_store_of_the_nodes_it_does_not_start()
    {
        var refused = Assert.Throws<SettingsException>(() => LighthouseSettings.Read(null, [], _ => null));

        Assert.Contains("Store:ConnectionString is required", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    private static LighthouseSettings Read(params (string Name, string Value)[] environment) => LighthouseSettings.Read(
        null, s_store, name => environment.Where(e => e.Name == name).Select(e => e.Value).FirstOrDefault());
}
