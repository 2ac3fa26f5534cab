using ActorStreams.Shards.Transfer;

namespace ActorStreams.Shards.Tests.Transfer;

public sealed class ChunkedBlockSpecs
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, (2 * TransferProtocol.ChunkBytes) + 5).Select(i => (byte)(i * 31))];

    [Fact]
    public void Chunks_are_joined_in_whatever_order_they_come()
    {
        var block = new ChunkedBlock(s_bytes.Length);
        var offsets = AskAll(block);

        foreach (var offset in offsets.Reverse())
        {
            Assert.False(block.IsWhole);
            Assert.True(block.TryAccept(offset, Chunk(offset)));
        }

        Assert.True(block.IsWhole);
        Assert.Equal(s_bytes, block.Joined.ToArray());
        Assert.Empty(block.Asked);
    }

    [Fact]
    public void A_chunk_counts_once_and_only_in_its_full_length()
    {
        var block = new ChunkedBlock(s_bytes.Length);
        var offsets = AskAll(block);

        Assert.False(block.TryAccept(offsets[0], Chunk(offsets[0]).AsSpan(1)));
        Assert.True(block.TryAccept(offsets[0], Chunk(offsets[0])));
        Assert.False(block.TryAccept(offsets[0], Chunk(offsets[0])));
        Assert.False(block.TryAccept(offsets[0] + 1, Chunk(offsets[0])));
        Assert.Equal(offsets.Skip(1).Order(), block.Asked.Order());
    }

    [Fact]
    public void A_chunk_that_was_not_asked_for_is_not_taken()
    {
        var block = new ChunkedBlock(s_bytes.Length);
        block.AskNext();

        Assert.False(block.TryAccept(TransferProtocol.ChunkBytes, Chunk(TransferProtocol.ChunkBytes)));
    }

    private static int[] AskAll(ChunkedBlock block)
    {
        var offsets = new List<int>();
        while (block.HasMoreToAsk) offsets.Add(block.AskNext());
        Assert.Equal([0, TransferProtocol.ChunkBytes, 2 * TransferProtocol.ChunkBytes], offsets);
        return [.. offsets];
    }

    private static byte[] Chunk(int offset) => [.. s_bytes.Skip(offset).Take(TransferProtocol.ChunkBytes)];
}
