using System.Collections.Concurrent;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;

namespace ActorStreams.Pipelines.Leases;

/// <summary>Where in each shard a reset begins, found before anything is changed: all of them, or none.</summary>
/// <param name="Source">Null where one of the positions could not be had.</param>
/// <param name="Positions">Of each shard to read, by number.</param>
/// <param name="Unavailable">Why not.</param>
internal sealed record ResetLook(StreamDescription? Source, IReadOnlyDictionary<int, ShardPosition> Positions, string Unavailable)
    : INoSerializationVerificationNeeded
{
    /// <summary>A search in the store for each, so not all at once.</summary>
    private const int ShardsAtOnce = 16;

    public static readonly IReadOnlyDictionary<int, ShardPosition> NoPositions = new Dictionary<int, ShardPosition>();

    public static async Task<ResetLook> TakeAsync(
        IStreams streams, ApplicationDefinition definition, ResetTarget target, DateTimeOffset now, CancellationToken cancel)
    {
        var look = await SourceLook.TakeAsync(streams, definition, checkOutputs: false, cancel);
        if (look.Source is not { } source)
            return new ResetLook(null, NoPositions, look.Unavailable ?? $"the stream {look.Missing} is not there.");
        if (target.At > now) return new ResetLook(null, NoPositions, $"{target} is in the future; allowed is a time up to now, TRIM_HORIZON or LATEST.");
        var positions = new ConcurrentDictionary<int, ShardPosition>();
        var problems = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(source.Shards, new ParallelOptions { MaxDegreeOfParallelism = ShardsAtOnce, CancellationToken = cancel }, async (shard, token) =>
        {
            // New records only: what was closed has none.
            if (target is { At: null, End: StartPosition.Latest } && shard.EndingSequenceNumber is not null) return;
            if (await FindAsync(streams, shard.Key, target, positions, token) is { } problem) problems.Enqueue($"{shard.Key.ShardId}: {problem}");
        });
        return problems.TryPeek(out var first) ? new ResetLook(null, NoPositions, first) : new ResetLook(source, positions, "");
    }

    /// <summary>Null when it was found; else why not.</summary>
    private static async Task<string?> FindAsync(
        IStreams streams, ShardKey shard, ResetTarget target, ConcurrentDictionary<int, ShardPosition> positions, CancellationToken cancel)
    {
        if (target is { At: null, End: StartPosition.TrimHorizon })
        {
            positions[shard.Shard] = ShardPosition.TrimHorizon;
            return null;
        }
        if (target.At is not { } at)
        {
            switch (await streams.BoundsAsync(shard, cancel))
            {
                case BoundsResult.Found found:
                    positions[shard.Shard] = found.Bounds.AfterTip;
                    return null;
                case BoundsResult.Unavailable unavailable:
                    return unavailable.Detail;
                case var gone:
                    return ((BoundsResult.Gone)gone).Detail;
            }
        }
        switch (await streams.PositionAtAsync(shard, at, cancel))
        {
            case PositionResult.Found found:
                positions[shard.Shard] = found.Position;
                return null;
            case PositionResult.KeyUnavailable sealedBy:
                return sealedBy.Key.Detail;
            case PositionResult.Unavailable unavailable:
                return unavailable.Detail;
            case var gone:
                return ((PositionResult.Gone)gone).Detail;
        }
    }
}
