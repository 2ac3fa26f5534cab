using Akka.Actor;

namespace ActorStreams.Shards.Serialization;

/// <summary>Events, snapshots and messages of shards. Their forms are told in <c>docs/formats/journal.md</c>.</summary>
public sealed class ShardSerializer(ExtendedActorSystem system) : TableSerializer(system, Id, s_table)
{
    /// <summary>Stored beside each row of a shard, for ever.</summary>
    public const int Id = 481;

    private static readonly ManifestTable s_table = new ManifestTable.Builder()
        .AddShardEvents()
        .AddShardSnapshots()
        .AddShardRequests()
        .AddShardReplies()
        .Build();
}
