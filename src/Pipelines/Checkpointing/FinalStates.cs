using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Persistence;

namespace ActorStreams.Pipelines.Checkpointing;

/// <summary>
/// Reads what finished consumers left behind, straight from the snapshot store: a consumer keeps its final state there before it says
/// that it has finished, so the consumers of its children find it wherever they run.
/// </summary>
internal static class FinalStates
{
    private static readonly TimeSpan s_loadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Throws <see cref="InvalidOperationException"/> where a parent's state cannot be read; the caller tries again.</summary>
    public static async Task<OperatorState> TakeOverAsync(
        ActorSystem system, string application, ShardKey child, HashKeyRange range, ImmutableArray<int> parents, int life)
    {
        var store = Persistence.Instance.Apply(system).SnapshotStoreFor("");
        var states = new List<OperatorState>(parents.Length);
        foreach (var parent in parents)
        {
            var id = ConsumerProtocol.Id(application, child with { Shard = parent });
            var answer = await store.Ask<object>(new LoadSnapshot(id, SnapshotSelectionCriteria.Latest, long.MaxValue), s_loadTimeout);
            states.Add(answer switch
            {
                LoadSnapshotResult { Snapshot.Snapshot: ConsumerSnapshot kept } when kept.State.Life == life => kept.Operator,
                LoadSnapshotFailed failed => throw new InvalidOperationException($"The final state of {id} could not be read.", failed.Cause),
                _ => throw new InvalidOperationException($"{id} has finished but its final state is not there."),
            });
        }
        return OperatorState.TakeOver(states, range);
    }
}
