using System.Collections.Immutable;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>
/// Everything that gateways and pipelines ask of streams and shards, on whatever node these live. Refusals are values;
/// exceptions mean a broken invariant. Safe from any thread.
/// </summary>
public interface IStreams
{
    /// <summary>Answers once the name is taken durably; shards open behind it and the stream turns from CREATING to ACTIVE.</summary>
    Task<CreateStreamResult> CreateStreamAsync(StreamId stream, int shards, StreamConfiguration configuration, CancellationToken cancel);

    /// <summary>Answers once the deletion is decided durably; it goes on behind, over restarts.</summary>
    Task<DeleteStreamResult> DeleteStreamAsync(StreamId stream, CancellationToken cancel);

    /// <summary>
    /// Changes a stream. Answers once that is durable; a reshard and a change of the encryption key then go on behind, over restarts, with
    /// the stream UPDATING.
    /// </summary>
    /// <param name="isCompat">Holds the change to the rates and counts of the service.</param>
    Task<UpdateStreamResult> UpdateStreamAsync(StreamId stream, StreamChange change, bool isCompat, CancellationToken cancel);

    /// <summary>What the streams of a region come to.</summary>
    Task<DescribeRegionResult> DescribeRegionAsync(string region, CancellationToken cancel);

    /// <summary>The stream as it is now.</summary>
    Task<DescribeStreamResult> DescribeStreamAsync(StreamId stream, CancellationToken cancel);

    /// <summary>Streams of a region in order of name, after <paramref name="exclusiveStart"/>.</summary>
    Task<ListStreamsResult> ListStreamsAsync(string region, string? exclusiveStart, int limit, CancellationToken cancel);

    /// <summary>The map for routing, from memory where it is known. Only ACTIVE and UPDATING streams have one.</summary>
    ValueTask<MapResult> MapAsync(StreamId stream, CancellationToken cancel);

    /// <summary>
    /// Appends a block to one shard. Definite refusals that pass (recovery, hand-over) are sent again for some seconds; a stream
    /// that turned out to be gone is forgotten, so that the next <see cref="MapAsync"/> asks anew.
    /// </summary>
    /// <param name="call">Names the call of a client, so that its next try stores nothing twice; null where there is none.</param>
    Task<ShardProtocol.AppendReply> AppendAsync(
        StreamId stream, ShardKey shard, RecordBlock block, ShardProtocol.ProducerAppend? producer, CallToken? call, CancellationToken cancel);

    /// <summary>What a shard, open or closed, stored of a call within the window of retries.</summary>
    Task<ShardProtocol.FindCallsReply> FindCallsAsync(ShardKey shard, UInt128 id, CancellationToken cancel);

    Task<ShardProtocol.AttachReply> AttachAsync(ShardKey shard, string producer, long epoch, CancellationToken cancel);

    /// <summary>
    /// Reads from a position, out of the owner's tail or the store's rows. At the tip it waits up to <paramref name="wait"/> for
    /// records and then answers with none.
    /// </summary>
    Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, CancellationToken cancel);

    /// <summary>
    /// The same for a fan-out consumer: <see cref="ReadResult.Superseded"/> once another subscription of it took over, also while it waits.
    /// </summary>
    Task<ReadResult> ReadAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, TimeSpan wait, FanOutSubscription subscription, CancellationToken cancel);

    /// <summary>Makes a subscription the one that its consumer reads the shard by, on whatever node it reads.</summary>
    Task<SubscribeResult> SubscribeAsync(ShardKey shard, FanOutSubscription subscription, CancellationToken cancel);

    /// <summary>Tip and horizon of a shard, confirmed by its owner.</summary>
    Task<BoundsResult> BoundsAsync(ShardKey shard, CancellationToken cancel);

    /// <summary>
    /// Gives up a shard's batches of which every record arrived before the time, whatever its retention says; for records that their only reader is
    /// done with. False where that was not confirmed; then it is said again some time.
    /// </summary>
    Task<bool> TrimAsync(ShardKey shard, DateTimeOffset before, CancellationToken cancel);

    /// <summary>Position of the first record that arrived at or after the time; after the tip when there is none yet.</summary>
    Task<PositionResult> PositionAtAsync(ShardKey shard, DateTimeOffset time, CancellationToken cancel);
}

public static class StreamsExtensions
{
    /// <summary>Appends a block that belongs to no call of a client.</summary>
    public static Task<ShardProtocol.AppendReply> AppendAsync(
        this IStreams streams, StreamId stream, ShardKey shard, RecordBlock block, ShardProtocol.ProducerAppend? producer, CancellationToken cancel) =>
        streams.AppendAsync(stream, shard, block, producer, call: null, cancel);
}

public abstract record CreateStreamResult
{
    private CreateStreamResult() { }

    public sealed record Created(Incarnation Incarnation) : CreateStreamResult;

    public sealed record AlreadyExists : CreateStreamResult;

    public sealed record ShardQuotaExceeded(int Current, int Limit, int Requested) : CreateStreamResult;

    public sealed record Unavailable(string Detail) : CreateStreamResult;
}

public abstract record DeleteStreamResult
{
    private DeleteStreamResult() { }

    public sealed record Deleting : DeleteStreamResult;

    public sealed record NotFound : DeleteStreamResult;

    /// <summary>Deletion is under way already, or the stream is in another state that refuses it.</summary>
    public sealed record InUse(StreamStatus Status) : DeleteStreamResult;

    public sealed record Unavailable(string Detail) : DeleteStreamResult;
}

public abstract record UpdateStreamResult
{
    private UpdateStreamResult() { }

    public sealed record Updated(StreamDescription Before, StreamDescription After) : UpdateStreamResult;

    /// <summary>Nothing was changed. The quota's numbers are only there where it is the reason.</summary>
    public sealed record Refused(ChangeRefusal Reason, StreamDescription Stream, int Current, int Limit, int Requested) : UpdateStreamResult;

    public sealed record NotFound : UpdateStreamResult;

    /// <summary>Not confirmed; it may have been done.</summary>
    public sealed record Unavailable(string Detail) : UpdateStreamResult;
}

public abstract record DescribeRegionResult
{
    private DescribeRegionResult() { }

    public sealed record Found(int OpenShards, int ShardLimit, int OnDemandStreams) : DescribeRegionResult;

    public sealed record Unavailable(string Detail) : DescribeRegionResult;
}

public abstract record DescribeStreamResult
{
    private DescribeStreamResult() { }

    public sealed record Found(StreamDescription Stream) : DescribeStreamResult;

    public sealed record NotFound : DescribeStreamResult;

    public sealed record Unavailable(string Detail) : DescribeStreamResult;
}

public sealed record StreamSummary(string Name, Incarnation Incarnation, StreamStatus Status, StreamMode Mode, DateTimeOffset CreatedAt, int Shards);

public abstract record ListStreamsResult
{
    private ListStreamsResult() { }

    public sealed record Page(ImmutableArray<StreamSummary> Streams, bool HasMore) : ListStreamsResult;

    public sealed record Unavailable(string Detail) : ListStreamsResult;
}

public abstract record MapResult
{
    private MapResult() { }

    public sealed record Found(StreamMap Map) : MapResult;

    public sealed record NotFound : MapResult;

    /// <summary>The stream exists but takes and gives no records now: CREATING or DELETING.</summary>
    public sealed record NotActive(StreamStatus Status) : MapResult;

    public sealed record Unavailable(string Detail) : MapResult;
}

/// <summary>Records of one batch, from an index on: <paramref name="Count"/> of them are in the answer's limits.</summary>
public readonly record struct BatchSlice(RecordBatch Batch, int FromIndex, int Count);

public abstract record ReadResult
{
    private ReadResult() { }

    /// <summary>Records in order, none at the tip.</summary>
    /// <param name="Next">Where to go on; null at the end of a closed shard.</param>
    /// <param name="BehindMs">Age of the tip against the last record given, in ms; 0 when caught up, at least 1 when not.</param>
    /// <param name="Skipped">The records from the position asked for up to here had been trimmed; null when none were missed.</param>
    public sealed record Records(
        ImmutableArray<BatchSlice> Slices, ShardPosition? Next, long BehindMs, TrimGap? Skipped, ShardProtocol.ShardBounds Bounds) : ReadResult;

    /// <summary>A stored batch is not what was written; nothing of it is given out.</summary>
    public sealed record Damaged(long Row, string Detail) : ReadResult;

    /// <summary>The records are sealed with a key that this node lacks or has another of; nothing is skipped.</summary>
    public sealed record KeyUnavailable(UnusableKey Key) : ReadResult;

    /// <summary>The shard is not there: never opened, or ended with its stream.</summary>
    public sealed record Gone(string Detail) : ReadResult;

    /// <summary>Another subscription of the fan-out consumer took over.</summary>
    public sealed record Superseded : ReadResult;

    public sealed record Unavailable(string Detail) : ReadResult;
}

public abstract record SubscribeResult
{
    private SubscribeResult() { }

    public sealed record Accepted : SubscribeResult;

    /// <summary>Another subscription of the consumer began less than <see cref="FanOutSubscription.ProtectedFor"/> ago.</summary>
    public sealed record InUse : SubscribeResult;

    public sealed record Gone(string Detail) : SubscribeResult;

    public sealed record Unavailable(string Detail) : SubscribeResult;
}

/// <summary>A reader met the trim horizon: rows from the one it asked for up to, not including, the first one kept.</summary>
public sealed record TrimGap(ShardPosition Asked, long FirstKeptRow);

public abstract record BoundsResult
{
    private BoundsResult() { }

    public sealed record Found(ShardProtocol.ShardBounds Bounds) : BoundsResult;

    public sealed record Gone(string Detail) : BoundsResult;

    public sealed record Unavailable(string Detail) : BoundsResult;
}

public abstract record PositionResult
{
    private PositionResult() { }

    public sealed record Found(ShardPosition Position) : PositionResult;

    /// <summary>The batch that holds the position is sealed with a key that this node lacks or has another of.</summary>
    public sealed record KeyUnavailable(UnusableKey Key) : PositionResult;

    public sealed record Gone(string Detail) : PositionResult;

    public sealed record Unavailable(string Detail) : PositionResult;
}
