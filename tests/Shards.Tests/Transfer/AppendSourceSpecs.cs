using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Transfer;
using Akka.TestKit;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Tests.Transfer;

/// <summary>The probe stands for the region of the shards, and for who fetches on the other node.</summary>
public sealed class AppendSourceSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(1), 0);
    private static readonly Append s_append = new(s_shard, Block(2 * ChunkBytes));
    private readonly TestProbe _shards;

    public AppendSourceSpecs()
        : base("akka.test { single-expect-default = 20s, default-timeout = 20s }") => _shards = CreateTestProbe();

    [Fact]
    public async Task It_hands_out_its_chunks_and_answers_as_the_shard_does()
    {
        var reply = SendAsync(TimeSpan.FromSeconds(20));
        var offer = _shards.ExpectMsg<OfferAppend>();
        Assert.Equal((s_append.Block.Bytes.Length, s_append.Block.Count), (offer.Bytes, offer.Records));
        Assert.Same(s_append.Block, offer.Block);

        _shards.Reply(new FetchChunk(ChunkBytes));
        var chunk = _shards.ExpectMsg<BlockChunk>();
        Assert.Equal(s_append.Block.Bytes.Slice(ChunkBytes, ChunkBytes).ToArray(), chunk.Bytes.ToArray());
        _shards.Reply(new AppendReply.Appended(1, 2, 0, 1, 3));

        Assert.IsType<AppendReply.Appended>(await reply);
    }

    [Fact]
    public async Task Unanswered_before_it_was_fetched_whole_it_was_not_stored()
    {
        var reply = SendAsync(TimeSpan.FromSeconds(3));
        _shards.ExpectMsg<OfferAppend>();
        _shards.Reply(new FetchChunk(0));

        Assert.Equal(AppendError.NotReady, Assert.IsType<AppendReply.Refused>(await reply).Error);
    }

    [Fact]
    public async Task Unanswered_after_it_was_fetched_whole_nobody_knows()
    {
        var reply = SendAsync(TimeSpan.FromSeconds(3));
        _shards.ExpectMsg<OfferAppend>();
        for (var offset = 0; offset < s_append.Block.Bytes.Length; offset += ChunkBytes) _shards.Reply(new FetchChunk(offset));

        Assert.Equal(AppendError.OutcomeUnknown, Assert.IsType<AppendReply.Refused>(await reply).Error);
    }

    [Fact]
    public async Task Unanswered_and_not_fetched_nobody_knows_for_a_shard_of_this_node_had_it_with_the_offer() =>
        Assert.Equal(AppendError.OutcomeUnknown, Assert.IsType<AppendReply.Refused>(await SendAsync(TimeSpan.FromMilliseconds(200))).Error);

    [Fact]
    public async Task Whoever_no_longer_waits_ends_it()
    {
        using var cancel = new CancellationTokenSource();
        var reply = LargeAppend.SendAsync(Sys, _shards.Ref, s_append, TimeSpan.FromSeconds(20), cancel.Token);
        _shards.ExpectMsg<OfferAppend>();
        Watch(_shards.LastSender);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reply);
        ExpectTerminated(_shards.LastSender);
    }

    private Task<AppendReply> SendAsync(TimeSpan patience) => LargeAppend.SendAsync(Sys, _shards.Ref, s_append, patience, CancellationToken.None);

    private static RecordBlock Block(int bytes)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, new byte[bytes]);
        return block.Build();
    }
}
