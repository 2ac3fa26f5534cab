using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>Messages to the actor of one life of a stream, which owns its shard map.</summary>
public static class StreamProtocol
{
    public interface IMessage;

    public interface IRequest : IMessage
    {
        StreamKey Stream { get; }
    }

    /// <summary>Begins the stream's life; said by the catalogue, again and again until the stream is ready.</summary>
    public sealed record Create(StreamKey Stream, string Name, int Shards, StreamMode Mode, long CreatedAtMs) : IRequest;

    /// <summary>Begins its end; said by the catalogue, again and again until the stream is gone.</summary>
    public sealed record Delete(StreamKey Stream) : IRequest;

    /// <summary>Keeps the stream awake for its retention; said by the catalogue after each start.</summary>
    public sealed record Wake(StreamKey Stream) : IRequest;

    /// <summary>Answered <see cref="DescribeReply"/>.</summary>
    public sealed record Describe(StreamKey Stream) : IRequest;

    public abstract record DescribeReply : IMessage
    {
        private DescribeReply() { }

        public sealed record Found(StreamDescription Stream) : DescribeReply;

        /// <summary>Not begun yet, or gone.</summary>
        public sealed record NotFound(StreamKey Stream) : DescribeReply;

        public sealed record Unavailable(string Detail) : DescribeReply;
    }
}

/// <summary>A shard in its stream's map. <paramref name="ClosedRow"/> is 0 while it is open.</summary>
public sealed record ShardSlot(int Number, Keys.HashKeyRange Range, int Generation, ImmutableArray<int> Parents, long ClosedRow);
