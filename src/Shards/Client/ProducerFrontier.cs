using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>How far a producer knows that it has got in one shard, since it attached: what lies at or below that is to be left out.</summary>
/// <param name="shard">As the map has it.</param>
/// <param name="entry">As the shard answered the attach.</param>
public sealed class ProducerFrontier(ShardDescription shard, ProducerEntry entry)
{
    private ProducerEntry _entry = entry;

    public ShardDescription Shard => shard;

    public ShardKey Key => shard.Key;

    /// <summary>What the next append names as its predecessor.</summary>
    public ProducerPosition Position => ProducerPositions.Frontier(_entry, shard.Range);

    /// <summary>A record of this hash key and position is stored, here or in a parent.</summary>
    public bool Has(UInt128 hashKey, ProducerPosition position)
    {
        foreach (var part in _entry.Positions)
        {
            if (part.Range.Contains(hashKey) && position <= part.Position) return true;
        }
        return false;
    }

    /// <summary>An append up to this position is durable.</summary>
    public void Advance(ProducerPosition position) =>
        _entry = ProducerPositions.Advance(_entry, shard.Range, new ProducerAdvance(_entry.Producer, _entry.Epoch, position));
}
