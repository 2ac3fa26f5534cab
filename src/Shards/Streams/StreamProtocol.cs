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
    public sealed record Create(StreamKey Stream, string Name, int Shards, StreamConfiguration Configuration, long CreatedAtMs) : IRequest;

    /// <summary>Begins its end; said by the catalogue, again and again until the stream is gone.</summary>
    public sealed record Delete(StreamKey Stream) : IRequest;

    /// <summary>Keeps the stream awake for its retention; said by the catalogue after each start.</summary>
    public sealed record Wake(StreamKey Stream) : IRequest;

    /// <summary>Answered <see cref="DescribeReply"/>.</summary>
    public sealed record Describe(StreamKey Stream) : IRequest;

    /// <summary>Changes the stream; answered <see cref="UpdateReply"/> when that is durable, and where it takes longer, begun.</summary>
    /// <param name="IsCompat">Holds the change to the rates and counts of the service.</param>
    public sealed record Update(StreamKey Stream, StreamChange Change, bool IsCompat) : IRequest;

    public abstract record UpdateReply : IMessage
    {
        private UpdateReply() { }

        /// <summary>The stream before the change and with it.</summary>
        public sealed record Updated(StreamDescription Before, StreamDescription After) : UpdateReply;

        /// <summary>Nothing was changed. The quota's numbers are only there where it is the reason.</summary>
        public sealed record Refused(ChangeRefusal Reason, StreamDescription Stream, int Current = 0, int Limit = 0, int Requested = 0) : UpdateReply;

        public sealed record NotFound(StreamKey Stream) : UpdateReply;

        /// <summary>The store did not confirm, or the stream is not ready; it may have been done.</summary>
        public sealed record Unavailable(string Detail) : UpdateReply;
    }

    public abstract record DescribeReply : IMessage
    {
        private DescribeReply() { }

        public sealed record Found(StreamDescription Stream) : DescribeReply;

        /// <summary>Not begun yet, or gone.</summary>
        public sealed record NotFound(StreamKey Stream) : DescribeReply;

        public sealed record Unavailable(string Detail) : DescribeReply;
    }
}

/// <summary>A shard in its stream's map. <paramref name="ClosedRow"/> and <paramref name="ClosedAtMs"/> are 0 while it is open.</summary>
public sealed record ShardSlot(
    int Number, Keys.HashKeyRange Range, int Generation, ImmutableArray<int> Parents, long ClosedRow, long OpenedAtMs = 0, long ClosedAtMs = 0)
{
    public bool IsOpen => ClosedRow == 0;
}

/// <summary>One split (one parent, two children) or merge (two parents, one child) of a reshard.</summary>
public sealed record ReshardStep(ImmutableArray<int> Parents, ImmutableArray<ShardSlot> Children);
