namespace ActorStreams.Benchmarks.Yardsticks;

/// <summary>
/// A bare store that durably takes the same bytes in the same batches as the node, with nothing around it: what the disk and the database
/// allow on this machine in this session. One writer; used by one thread.
/// </summary>
public interface IYardstick : IDisposable
{
    string Name { get; }

    /// <summary>Commits one row per shard that has bytes, in one transaction, and returns once it is on disk.</summary>
    void Commit(IReadOnlyList<ReadOnlyMemory<byte>> rowOfShard);

    /// <summary>Reads every row of a shard in order and returns their bytes in total.</summary>
    long ReadShard(int shard);

    /// <summary>Reads the newest row of a shard, as a reader at the tip would.</summary>
    int ReadTip(int shard);
}
