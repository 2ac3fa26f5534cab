using System.Collections.Immutable;

namespace ActorStreams.Shards.Streams;

/// <summary>Messages to the catalogue of a region: names, quotas, listings.</summary>
public static class CatalogueProtocol
{
    public interface IMessage;

    public interface IRequest : IMessage
    {
        string Region { get; }
    }

    /// <summary>Takes a name for a new life of a stream; answered <see cref="CreateReply"/> when that is durable.</summary>
    public sealed record Create(string Region, string Name, int Shards, StreamConfiguration Configuration) : IRequest;

    /// <summary>Decides the end of a stream; answered <see cref="DeleteReply"/> when that is durable.</summary>
    public sealed record Delete(string Region, string Name) : IRequest;

    /// <summary>Answered <see cref="LookupReply"/>.</summary>
    public sealed record Lookup(string Region, string Name) : IRequest;

    /// <summary>Answered <see cref="ListReply"/>: at most <paramref name="Limit"/> streams after a name, in ordinal order.</summary>
    public sealed record List(string Region, string? ExclusiveStart, int Limit) : IRequest;

    /// <summary>A stream's actor says that its shards are open, and how many; said again until <see cref="Noted"/> comes.</summary>
    /// <param name="Counts">Null while a reshard is under way, which keeps what was reserved for it.</param>
    public sealed record StreamReady(string Region, Incarnation Incarnation, StreamCounts? Counts) : IRequest;

    /// <summary>What a catalogue counts and lists of a stream.</summary>
    public sealed record StreamCounts(int OpenShards, StreamMode Mode, bool IsUpdating);

    /// <summary>A stream's actor asks for room for so many open shards; answered <see cref="ReserveReply"/>.</summary>
    public sealed record Reserve(string Region, Incarnation Incarnation, int Shards) : IRequest;

    /// <summary>Answered <see cref="RegionReply"/>.</summary>
    public sealed record DescribeRegion(string Region) : IRequest;

    /// <summary>A stream's actor says that nothing of it is left; said again until <see cref="Noted"/> comes.</summary>
    public sealed record StreamGone(string Region, Incarnation Incarnation) : IRequest;

    /// <summary>Starts the catalogue, which then wakes the streams that must not sleep; answered <see cref="Awake"/>.</summary>
    public sealed record Wake(string Region) : IRequest;

    public sealed record Awake(string Region) : IMessage;

    /// <param name="Counts">As they were told; those of an earlier time may be on their way while others are true.</param>
    public sealed record Noted(string Region, Incarnation Incarnation, StreamCounts? Counts = null) : IMessage;

    /// <summary>What a catalogue knows of a stream; the stream's own actor knows its shards.</summary>
    /// <param name="Configuration">As the create asked for it, to be said again until the stream is there; null in what is told to others.</param>
    public sealed record Entry(
        string Name, Incarnation Incarnation, StreamStatus Status, StreamMode Mode, int Shards, long CreatedAtMs, StreamConfiguration? Configuration = null)
        : IMessage;

    public abstract record CreateReply : IMessage
    {
        private CreateReply() { }

        public sealed record Created(Incarnation Incarnation) : CreateReply;

        public sealed record AlreadyExists(StreamStatus Status) : CreateReply;

        public sealed record QuotaExceeded(int Current, int Limit, int Requested) : CreateReply;

        /// <summary>The store did not confirm, or the catalogue is not ready.</summary>
        public sealed record Unavailable(string Detail) : CreateReply;
    }

    public abstract record DeleteReply : IMessage
    {
        private DeleteReply() { }

        public sealed record Deleting(Incarnation Incarnation) : DeleteReply;

        public sealed record NotFound : DeleteReply;

        public sealed record InUse(StreamStatus Status) : DeleteReply;

        public sealed record Unavailable(string Detail) : DeleteReply;
    }

    public abstract record LookupReply : IMessage
    {
        private LookupReply() { }

        public sealed record Found(Entry Entry) : LookupReply;

        public sealed record NotFound : LookupReply;

        public sealed record Unavailable(string Detail) : LookupReply;
    }

    public abstract record ListReply : IMessage
    {
        private ListReply() { }

        public sealed record Page(ImmutableArray<Entry> Entries, bool HasMore) : ListReply;

        public sealed record Unavailable(string Detail) : ListReply;
    }

    public abstract record ReserveReply : IMessage
    {
        private ReserveReply() { }

        /// <param name="Shards">As they were asked for: an answer may come after its question was given up and another one asked.</param>
        public sealed record Reserved(Incarnation Incarnation, int Shards = 0) : ReserveReply;

        public sealed record QuotaExceeded(Incarnation Incarnation, int Current, int Limit, int Requested) : ReserveReply;
    }

    public abstract record RegionReply : IMessage
    {
        private RegionReply() { }

        /// <param name="OpenShards">Of all streams that are not being deleted, with what is reserved for reshards under way.</param>
        public sealed record Found(int OpenShards, int ShardLimit, int OnDemandStreams) : RegionReply;

        public sealed record Unavailable(string Detail) : RegionReply;
    }
}
