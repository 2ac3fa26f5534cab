using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Tests.Transfer;

/// <summary>The probes stand for senders on one other node, and for a shard of this one.</summary>
public sealed class AppendReceiverSpecs : Akka.TestKit.Xunit2.TestKit
{
    private const int BlockBytes = (ChunksInFlight + 4) * ChunkBytes;
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(1), 0);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly TestProbe _shard;

    public AppendReceiverSpecs()
        : base("akka.test { single-expect-default = 20s, default-timeout = 20s }") => _shard = CreateTestProbe();

    [Fact]
    public void An_append_comes_whole_to_its_shard_and_is_answered_to_its_sender()
    {
        var receiver = Receiver();
        var source = Offer(receiver, BlockBytes);

        ServeAll(source);

        var append = _shard.ExpectMsg<Append>();
        Assert.Equal(Block(BlockBytes), append.Block.Bytes.ToArray());
        Assert.Equal((3, "agent"), (append.Block.Count, append.Producer!.Producer));
        _shard.Reply(new AppendReply.Appended(1, 2, 0, 3, 4));
        source.ExpectMsg<AppendReply.Appended>();
    }

    [Fact]
    public void No_more_is_under_way_than_heart_beats_can_wait_behind_however_many_are_offered()
    {
        var receiver = Receiver();
        var first = Offer(receiver, BlockBytes);
        var second = Offer(receiver, BlockBytes);

        var asked = Enumerable.Range(0, ChunksInFlight).Select(_ => first.ExpectMsg<FetchChunk>().Offset).ToList();
        first.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        second.ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        receiver.Tell(Chunk(asked[0]), first.Ref);
        first.ExpectMsg<FetchChunk>();
        second.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Of_one_node_the_older_offer_comes_first()
    {
        var receiver = Receiver();
        var sources = Enumerable.Range(0, 3).Select(_ => Offer(receiver, BlockBytes)).ToList();

        foreach (var source in sources)
        {
            ServeAll(source);
            _shard.ExpectMsg<Append>();
            Assert.Equal(source.Ref, _shard.LastSender);
        }
    }

    [Fact]
    public void A_chunk_that_is_lost_is_asked_for_once_more()
    {
        var receiver = Receiver();
        var source = Offer(receiver, 2 * ChunkBytes);
        source.ExpectMsg<FetchChunk>(f => f.Offset == 0);
        source.ExpectMsg<FetchChunk>(f => f.Offset == ChunkBytes);
        source.Reply(Chunk(ChunkBytes));

        var again = (FetchChunk)Later(source);

        Assert.Equal(0, again.Offset);
        receiver.Tell(Chunk(0), source.Ref);
        Assert.Equal(Block(2 * ChunkBytes), _shard.ExpectMsg<Append>().Block.Bytes.ToArray());
    }

    [Fact]
    public void An_append_of_which_a_chunk_stays_away_is_refused_as_not_stored_and_makes_room()
    {
        var receiver = Receiver();
        var silent = Offer(receiver, BlockBytes);
        var next = Offer(receiver, BlockBytes);

        object answer;
        while ((answer = Later(silent)) is FetchChunk) { }

        Assert.Equal(AppendError.NotReady, Assert.IsType<AppendReply.Refused>(answer).Error);
        ServeAll(next);
        Assert.Equal(next.Ref, Sender(_shard));
    }

    [Fact]
    public void What_is_half_here_is_bounded_and_what_waits_for_it_too_long_is_refused()
    {
        var receiver = Receiver(bytesMax: BlockBytes + ChunkBytes);
        var first = Offer(receiver, BlockBytes);
        var second = Offer(receiver, BlockBytes);
        for (var served = 0; served < BlockBytes - ChunkBytes; served += ChunkBytes) Serve(first);

        second.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Serve(first);

        _shard.ExpectMsg<Append>();
        ServeAll(second);
        _shard.ExpectMsg<Append>();
    }

    [Fact]
    public async Task What_waits_for_room_too_long_is_refused_as_over_the_throughput()
    {
        var receiver = Receiver(bytesMax: BlockBytes + ChunkBytes);
        var slow = Offer(receiver, BlockBytes);
        var waiting = Offer(receiver, BlockBytes);
        for (var served = 0; served < 4; served++)
        {
            Serve(slow);
            // The chunk is taken before time goes on, or the slow one would be given up too.
            await receiver.Ask<ActorIdentity>(new Identify(served));
            _time.Advance(s_patience / 2);
        }

        Assert.Equal(AppendError.Overloaded, Assert.IsType<AppendReply.Refused>(Later(waiting)).Error);
    }

    [Fact]
    public void An_append_that_alone_is_larger_than_the_bound_is_taken()
    {
        var receiver = Receiver(bytesMax: ChunkBytes);

        ServeAll(Offer(receiver, BlockBytes));

        _shard.ExpectMsg<Append>();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(10, 6)]
    public void An_offer_of_a_block_that_cannot_be_is_refused(int bytes, int records)
    {
        var source = CreateTestProbe();
        Receiver().Tell(new AppendReceiver.Fetch(new OfferAppend(s_shard, bytes, records), source.Ref, _shard.Ref));

        source.ExpectMsg<AppendReply.Refused>(r => r.Error == AppendError.NotReady);
    }

    private IActorRef Receiver(long bytesMax = 64 << 20) => Sys.ActorOf(Props.Create(() => new AppendReceiver(bytesMax, s_patience, _time)));

    private TestProbe Offer(IActorRef receiver, int bytes)
    {
        var source = CreateTestProbe();
        var producer = new ProducerAppend("agent", 1, ProducerPosition.None, new ProducerPosition(new byte[] { 1 }));
        receiver.Tell(new AppendReceiver.Fetch(new OfferAppend(s_shard, bytes, 3, producer), source.Ref, _shard.Ref));
        return source;
    }

    /// <summary>The next message, which comes of time that passes.</summary>
    private object Later(TestProbe probe)
    {
        for (var i = 0; i < 200; i++)
        {
            if (probe.ReceiveOne(TimeSpan.FromMilliseconds(100)) is { } message) return message;
            _time.Advance(TimeSpan.FromMilliseconds(400));
        }
        throw new TimeoutException("Nothing came.");
    }

    private static void ServeAll(TestProbe source)
    {
        for (var served = 0; served < BlockBytes; served += ChunkBytes) Serve(source);
    }

    private static void Serve(TestProbe source) => source.Reply(Chunk(source.ExpectMsg<FetchChunk>().Offset));

    private static IActorRef Sender(TestProbe shard)
    {
        shard.ExpectMsg<Append>();
        return shard.LastSender;
    }

    private static BlockChunk Chunk(int offset) => new(offset, Block(offset + ChunkBytes).AsMemory(offset));

    private static byte[] Block(int bytes)
    {
        var block = new byte[bytes];
        for (var i = 0; i < bytes; i++) block[i] = (byte)(i * 31);
        return block;
    }
}
