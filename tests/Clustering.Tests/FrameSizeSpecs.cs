using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Clustering.Tests;

/// <summary>A message above the frame size is dropped with only a log line, so the largest ones must fit with room to spare.</summary>
public sealed class FrameSizeSpecs : IDisposable
{
    private static readonly Incarnation s_life = new(0x0199_8877_6655);
    private readonly ActorSystem _system = ActorSystem.Create("frames", ShardSerialization.Config);

    public void Dispose() => _system.Dispose();

    [Fact]
    public void A_stream_of_the_whole_quota_that_has_just_been_resharded_fits()
    {
        const int open = 10_000;
        const int closed = 20_000;
        var shards = Enumerable.Range(0, open + closed).Select(i =>
        {
            var key = new ShardKey("ap-southeast-2", s_life, i);
            return new ShardDescription(
                key, new HashKeyRange((UInt128)i << 100, ((UInt128)(i + 1) << 100) - 1), 7, [i, i + 1], SequenceNumber.Starting(key, 7),
                i < closed ? SequenceNumber.Ending(key, 7, 1L << 40) : null, 1_750_000_000_000);
        });

        AssertFits(new StreamProtocol.DescribeReply.Found(new StreamDescription(
            new StreamId("ap-southeast-2", new string('s', 128)), s_life, StreamStatus.Updating, DateTimeOffset.UnixEpoch,
            StreamConfiguration.Plain(StreamMode.OnDemand, 8760), [], [.. shards])));
    }

    [Fact]
    public void What_a_shard_with_all_producers_that_it_takes_hands_to_its_children_fits()
    {
        var position = new RangePosition(new HashKeyRange(1, UInt128.MaxValue), new ProducerPosition(new byte[ProducerPosition.BytesMax]));
        var producers = Enumerable.Range(0, ShardState.ProducersMax).Select(i =>
            new ProducerEntry($"{i}".PadRight(ShardState.ProducerNameBytesMax, 'p'), long.MaxValue, [position]));

        AssertFits(new CloseReply.Closed(new ShardKey("ap-southeast-2", s_life, 9_999), 1L << 40, 1_750_000_000_000, [.. producers]));
    }

    private void AssertFits(object message)
    {
        var frame = ClusterHosting.Config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size", null)!.Value;
        Assert.InRange(_system.Serialization.Serialize(message).Length, 1_000_000, frame * 9 / 10);
    }
}
