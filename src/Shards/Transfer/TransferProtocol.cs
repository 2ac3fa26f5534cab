using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Transfer;

/// <summary>
/// How an append that is too large for one message reaches a shard on another node: it is offered, and the shard's node fetches its block in
/// chunks. Whoever fetches decides how much is under way, so that the heart-beats between the nodes never wait behind more than that.
/// <code>
/// client's node                     shard's node
/// AppendSource ── OfferAppend ────▶ ShardActor ──▶ AppendReceiver     with the block itself where both are one node: an append as any other
///              ◀─ FetchChunk ──────────────────────┘   ≤ ChunksInFlight of a node
///              ── BlockChunk ────────────────────▶     ... until it is whole
///                                   ShardActor ◀── Append
///              ◀─ AppendReply ──────┘
/// </code>
/// </summary>
public static class TransferProtocol
{
    /// <summary>An append up to this size goes whole, and no answer to a reader on another node is larger.</summary>
    public const int MessageBytesMax = 256 << 10;

    /// <summary>
    /// Bytes of a chunk. Remoting copies each several times; arrays from 85,000 bytes on go to the large-object heap, which only full
    /// collections clear: chunks of 256 KiB took twice the CPU.
    /// </summary>
    public const int ChunkBytes = 64 << 10;

    /// <summary>Chunks that a node has asked of another one and not received: 1 MiB, which 1 Gbit/s carries in 9 ms.</summary>
    public const int ChunksInFlight = 16;

    /// <summary>An <see cref="Append"/> whose block is fetched from the sender; answered as that is, <see cref="AppendReply"/>.</summary>
    public sealed record OfferAppend(ShardKey Shard, int Bytes, int Records, ProducerAppend? Producer = null, CallToken? Call = null) : ICommand
    {
        /// <summary>The block, for a shard on the sender's node; it does not travel.</summary>
        internal RecordBlock? Block { get; init; }

        internal static OfferAppend Of(Append append) =>
            new(append.Shard, append.Block.Bytes.Length, append.Block.Count, append.Producer, append.Call) { Block = append.Block };

        internal Append With(RecordBlock block) => new(Shard, block, Producer, Call);
    }

    /// <summary>Asks the sender of an offer for what begins here, at most <see cref="ChunkBytes"/>; answered <see cref="BlockChunk"/>.</summary>
    public sealed record FetchChunk(int Offset) : IMessage;

    public sealed record BlockChunk(int Offset, ReadOnlyMemory<byte> Bytes) : IMessage;
}
