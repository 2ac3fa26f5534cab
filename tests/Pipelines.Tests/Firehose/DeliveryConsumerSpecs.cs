using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using Akka.Actor;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryConsumerSpecs() : Akka.TestKit.Xunit2.TestKit(PipelineSystem.Config)
{
    [Fact]
    public async Task A_delivery_that_cannot_run_tells_how_long_the_source_still_keeps_its_records()
    {
        using var http = new HttpClient();
        using var metrics = new PipelineMetrics();
        var streams = new FakeStreams(TimeProvider.System);
        var shard = streams.Create("source").Shards[0].Key;
        streams.Put("source", "k", "a record");
        var services = new ConsumerServices(streams, http, TimeProvider.System, metrics, A.Options(), "here")
        {
            Deliveries = new DeliveryServices("", _ => throw new DeliveryConfigurationException("The bucket is not there any more.")) { RetentionShareMax = 0 },
        };
        var region = Sys.ActorOf(Props.Create(() => new LocalRegion(services)));
        var owner = CreateTestProbe();

        ConsumerStatus? last = null;
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (last is not { Phase: ConsumerPhase.Restarting, Health.Retention.IsShort: true })
        {
            Assert.True(DateTime.UtcNow < deadline, $"The last status was {last}.");
            region.Tell(new RunConsumer(DeliveryRig.Definition, shard, HashKeyRange.Whole, StartPosition.TrimHorizon, []), owner.Ref);
            last = await owner.ExpectMsgAsync<ConsumerStatus>(TimeSpan.FromSeconds(5));
        }

        Assert.Equal("The bucket is not there any more.", last!.Detail);
        Assert.InRange(last.Health!.Retention!.LeftMs, TimeSpan.FromHours(23).TotalMilliseconds, TimeSpan.FromHours(24).TotalMilliseconds);
    }
}
