using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>An event as a journal row keeps it: a batch as its bytes, so that whoever reads it decodes it anew.</summary>
internal sealed class StoredEvent
{
    private readonly ShardEvents.IShardEvent? _event;
    private readonly ReadOnlyMemory<byte> _batch;

    public StoredEvent(ShardEvents.IShardEvent e)
    {
        if (e is ShardEvents.RecordsAppended appended) _batch = appended.Batch.Stored;
        else _event = e;
    }

    public ShardEvents.IShardEvent Read() => _event ?? new ShardEvents.RecordsAppended(RecordBatch.Decode(_batch));

    public bool IsSameAs(StoredEvent other) => _event is null ? _batch.Equals(other._batch) : ReferenceEquals(_event, other._event);

    public override string ToString() => Read() switch
    {
        ShardEvents.RecordsAppended a => $"RecordsAppended({string.Join(" ", Records.TagsOf(a.Batch))})",
        ShardEvents.Opened o => $"Opened({o.Range}, generation {o.Generation}, parents {string.Join("+", o.Parents)}, floor {o.ArrivalFloorMs})",
        ShardEvents.Closed c => $"Closed(for {string.Join("+", c.Children)})",
        var other => other.ToString()!,
    };
}
