using Akka.Actor;

namespace ActorStreams.Clustering.Tests;

public class ClusterOptionsSpecs
{
    [Theory]
    [InlineData("Node-1:4053", "node-1")]
    [InlineData("[FD00::1]:4053", "[fd00::1]")]
    public void A_seed_is_known_for_the_process_itself_however_it_is_written(string seed, string host) =>
        Assert.Equal([new Address("akka.tcp", "s", host, 4053).ToString()], new ClusterOptions { Name = "s", Seeds = [seed] }.SeedsOf("akka.tcp"));
}
