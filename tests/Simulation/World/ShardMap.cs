using System.Collections.Immutable;
using ActorStreams.Shards.Keys;

namespace ActorStreams.Simulation.Tests.World;

internal sealed record MappedShard(int Number, HashKeyRange Range, int Generation);

/// <summary>The open shards as the stream published them. Throws unless they tile the key space.</summary>
internal sealed class ShardMap
{
    private readonly HashKeyRouter _router;

    public ShardMap(IEnumerable<MappedShard> shards)
    {
        Shards = [.. shards.OrderBy(s => s.Range.Starting)];
        _router = new HashKeyRouter(Shards.Select(s => s.Range));
    }

    public ImmutableArray<MappedShard> Shards { get; }

    public MappedShard Of(int key) => Shards[_router.Route(Records.HashOf(key))];
}
