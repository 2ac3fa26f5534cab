using ActorStreams.Pipelines.Consumers;

namespace ActorStreams.Pipelines.Tests.Consumers;

public sealed class LeasePlacementSpecs
{
    [Theory]
    [InlineData("akka.tcp://actorstreams@10.0.0.1:4053#-17", "10.0.0.1:4053")]
    [InlineData("akka.tcp://actorstreams@node-0.nodes:4053", "node-0.nodes:4053")]
    [InlineData("", "")]
    public void The_next_place_avoids_the_node_that_is_left(string node, string avoid) =>
        Assert.Equal(new LeasePlacement(1, avoid), LeasePlacement.First.Next(node));

    [Fact]
    public void A_bucket_says_which_node_it_must_not_be_on()
    {
        Assert.Equal("7", ConsumerRegion.Bucket("7", LeasePlacement.First));
        Assert.Equal("", ConsumerRegion.Avoided("7"));

        var bucket = ConsumerRegion.Bucket("7", LeasePlacement.First.Next("akka.tcp://actorstreams@node-0.nodes:4053#17"));

        Assert.Equal("7~1~node-0.nodes:4053", bucket);
        Assert.Equal("node-0.nodes:4053", ConsumerRegion.Avoided(bucket));
    }
}
