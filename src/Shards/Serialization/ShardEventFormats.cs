using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization.Proto;
using static ActorStreams.Shards.Log.ShardEvents;
using static ActorStreams.Shards.Serialization.ProtoValues;

namespace ActorStreams.Shards.Serialization;

/// <summary>Facts in a shard's journal and the snapshot of its state.</summary>
internal static class ShardEventFormats
{
    public static ManifestTable.Builder AddShardEvents(this ManifestTable.Builder table) => table
        .AddBytes(Manifests.ShardEvents.RecordsAppended, e => WholeArray(e.Batch.Stored), bytes => new RecordsAppended(RecordBatch.Decode(bytes)))
        .Add(Manifests.ShardEvents.Opened, ToProto, ShardOpenedEvent.Parser, m => new Opened(
            m.Range.ToRange(), m.Generation, [.. m.Parents], m.ArrivalFloorMs, m.Inherited.ToEntries(), m.Node, m.Encryption.ToKey()))
        .Add(Manifests.ShardEvents.Owned, e => new ShardOwnedEvent { Epoch = e.Epoch, Node = e.Node }, ShardOwnedEvent.Parser,
            m => new Owned(m.Epoch, m.Node))
        .Add(Manifests.ShardEvents.ProducerAttached, e => new ProducerAttachedEvent { Producer = e.Producer, Epoch = e.Epoch },
            ProducerAttachedEvent.Parser, m => new ProducerAttached(m.Producer, m.Epoch))
        .Add(Manifests.ShardEvents.EncryptionSet, e => new ShardEncryptionSetEvent { Key = e.Key.ToProto() }, ShardEncryptionSetEvent.Parser,
            m => new EncryptionSet(m.Key.ToKey()))
        .Add(Manifests.ShardEvents.TrimmedTo, e => new ShardTrimmedEvent { Row = e.Row }, ShardTrimmedEvent.Parser, m => new TrimmedTo(m.Row))
        .Add(Manifests.ShardEvents.Closed, ToProto, ShardClosedEvent.Parser, m => new Closed([.. m.Children]))
        .Add(Manifests.ShardEvents.Ended, (Ended _) => new ShardEndedEvent(), ShardEndedEvent.Parser, _ => Ended.Instance);

    public static ManifestTable.Builder AddShardSnapshots(this ManifestTable.Builder table) =>
        table.AddSnapshot(Manifests.Snapshots.Shard, ToProto, ShardSnapshot.Parser, ToState);

    // The journal keeps the array for as long as it takes to write it, and a batch never changes: no copy is needed.
    private static byte[] WholeArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && segment.Count == array.Length
            ? array
            : bytes.ToArray();

    private static ShardOpenedEvent ToProto(Opened e)
    {
        var m = new ShardOpenedEvent
        {
            Range = e.Range.ToProto(),
            Generation = e.Generation,
            ArrivalFloorMs = e.ArrivalFloorMs,
            Node = e.Node,
            Encryption = e.Encryption.ToProto(),
        };
        m.Parents.AddAll(e.Parents);
        m.Inherited.AddAll(e.Inherited);
        return m;
    }

    private static ShardClosedEvent ToProto(Closed e)
    {
        var m = new ShardClosedEvent();
        m.Children.AddAll(e.Children);
        return m;
    }

    private static ShardSnapshot ToProto(ShardState state)
    {
        var m = new ShardSnapshot
        {
            Lifecycle = Known((ShardLifecycleValue)(int)state.Lifecycle),
            Range = state.Range.ToProto(),
            Generation = state.Generation,
            OwnerEpoch = state.OwnerEpoch,
            OwnerNode = state.OwnerNode,
            LastRow = state.LastRow,
            TipRow = state.TipRow,
            TipCount = state.TipCount,
            LastArrivalMs = state.LastArrivalMs,
            TrimmedToRow = state.TrimmedToRow,
            ClosedRow = state.ClosedRow,
            RecordsTotal = state.RecordsTotal,
            BytesTotal = state.BytesTotal,
            Encryption = state.Encryption.ToProto(),
        };
        m.Parents.AddAll(state.Parents);
        m.Children.AddAll(state.Children);
        m.Marks.AddAll(state.Marks, mark => new RowMarkValue { Row = mark.Row, Records = mark.Records, Bytes = mark.Bytes });
        foreach (var entry in state.Producers.Values.OrderBy(p => p.Producer, StringComparer.Ordinal)) m.Producers.Add(entry.ToProto());
        return m;
    }

    private static ShardState ToState(ShardSnapshot m) => new()
    {
        Lifecycle = (ShardLifecycle)(int)Known(m.Lifecycle),
        Range = m.Range.ToRange(),
        Generation = m.Generation,
        Parents = [.. m.Parents],
        Children = [.. m.Children],
        OwnerEpoch = m.OwnerEpoch,
        OwnerNode = m.OwnerNode,
        LastRow = m.LastRow,
        TipRow = m.TipRow,
        TipCount = m.TipCount,
        LastArrivalMs = m.LastArrivalMs,
        TrimmedToRow = m.TrimmedToRow,
        ClosedRow = m.ClosedRow,
        RecordsTotal = m.RecordsTotal,
        BytesTotal = m.BytesTotal,
        Marks = m.Marks.ToArray(mark => new RowMark(mark.Row, mark.Records, mark.Bytes)),
        Producers = ProducersOf(m),
        Encryption = m.Encryption.ToKey(),
    };

    private static ImmutableDictionary<string, ProducerEntry> ProducersOf(ShardSnapshot m)
    {
        var producers = ImmutableDictionary.CreateBuilder<string, ProducerEntry>();
        // A later entry of one name takes the place of an earlier one, as it does for every field of Protobuf.
        foreach (var value in m.Producers) producers[value.Producer] = value.ToEntry();
        return producers.ToImmutable();
    }
}
