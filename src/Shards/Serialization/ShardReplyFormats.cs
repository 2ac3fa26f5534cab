using System.Collections.Immutable;
using System.Runtime.Serialization;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization.Proto;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Serialization.ProtoValues;

namespace ActorStreams.Shards.Serialization;

/// <summary>What a shard answers.</summary>
internal static class ShardReplyFormats
{
    public static ManifestTable.Builder AddShardReplies(this ManifestTable.Builder table) => table
        .AddOpenAndAppend()
        .AddAttachAndClose()
        .AddEndAndTrim()
        .AddRead()
        .AddSubscribe()
        .AddFindCalls()
        .AddInspect()
        .AddLoad();

    private static ManifestTable.Builder AddInspect(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.Inspected, ToProto, InspectedReply.Parser, m => new InspectReply.Found(
            m.Shard.ToKey(), m.Range.ToRange(), [.. m.Parents], ToBounds(m.Bounds), m.Node, m.Epoch, m.Records, m.Bytes,
            new Flow(m.InRecordsPerSecond, m.InBytesPerSecond), new Flow(m.OutRecordsPerSecond, m.OutBytesPerSecond),
            m.HotKeys.ToArray(k => new KeyShare(k.HashKey.ToUInt128("hot key"), k.PartitionKey, k.Share)), m.Producers))
        .Add(Manifests.ShardReplies.InspectRefused, r => new InspectRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            InspectRefusedReply.Parser, m => new InspectReply.Refused(m.Error.ToError(), m.Detail));

    private static ManifestTable.Builder AddLoad(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.LoadMeasured,
            r => new LoadMeasuredReply
            {
                Shard = r.Shard.ToProto(),
                Records = r.Records,
                Bytes = r.Bytes,
                Samples = r.Samples,
                MedianKey = r.MedianKey.ToBytes(),
                HotKey = r.HotKey.ToBytes(),
                HotKeyShare = r.HotKeyShare,
                HotPartitionKey = r.HotPartitionKey,
            },
            LoadMeasuredReply.Parser,
            m => new LoadReply.Measured(
                m.Shard.ToKey(), m.Records, m.Bytes, m.Samples, m.MedianKey.ToUInt128("median"), m.HotKey.ToUInt128("hot key"), m.HotKeyShare,
                m.HotPartitionKey))
        .Add(Manifests.ShardReplies.LoadRefused, r => new LoadRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            LoadRefusedReply.Parser, m => new LoadReply.Refused(m.Error.ToError(), m.Detail));

    private static ManifestTable.Builder AddOpenAndAppend(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.Opened,
            r => new ShardOpenedReply { Shard = r.Shard.ToProto(), Generation = r.Generation },
            ShardOpenedReply.Parser, m => new OpenReply.Opened(m.Shard.ToKey(), m.Generation))
        .Add(Manifests.ShardReplies.OpenRefused,
            r => new ShardOpenRefusedReply { Shard = r.Shard.ToProto(), Reason = r.Reason },
            ShardOpenRefusedReply.Parser, m => new OpenReply.Refused(m.Shard.ToKey(), m.Reason))
        .Add(Manifests.ShardReplies.Appended,
            r => new AppendedReply
            {
                Generation = r.Generation,
                Row = r.Row,
                FirstIndex = r.FirstIndex,
                Count = r.Count,
                ArrivalMs = r.ArrivalMs,
                IsRepeat = r.IsRepeat,
            },
            AppendedReply.Parser, m => new AppendReply.Appended(m.Generation, m.Row, m.FirstIndex, m.Count, m.ArrivalMs, m.IsRepeat))
        .Add(Manifests.ShardReplies.AppendRepeated,
            r => new AppendRepeatedReply { Position = r.Position.Bytes.Wrapped() },
            AppendRepeatedReply.Parser, m => new AppendReply.Repeated(new ProducerPosition(m.Position.Memory)))
        .Add(Manifests.ShardReplies.AppendRefused, ToProto, AppendRefusedReply.Parser,
            m => new AppendReply.Refused(m.Error.ToError(), m.Detail, [.. m.Children]));

    private static ManifestTable.Builder AddAttachAndClose(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.Attached, ToProto, AttachedReply.Parser,
            m => new AttachReply.Attached(m.Positions.ToPositions()))
        .Add(Manifests.ShardReplies.AttachRefused,
            r => new AttachRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            AttachRefusedReply.Parser, m => new AttachReply.Refused(m.Error.ToError(), m.Detail))
        .Add(Manifests.ShardReplies.Closed, ToProto, ShardClosedReply.Parser,
            m => new CloseReply.Closed(m.Shard.ToKey(), m.ClosedRow, m.LastArrivalMs, m.Producers.ToEntries()))
        .Add(Manifests.ShardReplies.CloseRefused,
            r => new ShardCloseRefusedReply { Shard = r.Shard.ToProto(), Error = r.Error.ToProto(), Detail = r.Detail },
            ShardCloseRefusedReply.Parser, m => new CloseReply.Refused(m.Shard.ToKey(), m.Error.ToError(), m.Detail));

    private static ManifestTable.Builder AddEndAndTrim(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.Encrypted, ToProto, ShardEncryptedReply.Parser,
            m => new EncryptReply.Encrypted(m.Shard.ToKey(), m.HasKeyName ? m.KeyName : null))
        .Add(Manifests.ShardReplies.EncryptRefused,
            r => new ShardEncryptRefusedReply { Shard = r.Shard.ToProto(), Error = r.Error.ToProto(), Detail = r.Detail },
            ShardEncryptRefusedReply.Parser, m => new EncryptReply.Refused(m.Shard.ToKey(), m.Error.ToError(), m.Detail))
        .Add(Manifests.ShardReplies.EndDone, r => new ShardEndedReply { Shard = r.Shard.ToProto() },
            ShardEndedReply.Parser, m => new EndReply.Ended(m.Shard.ToKey()))
        .Add(Manifests.ShardReplies.EndRefused,
            r => new ShardEndRefusedReply { Shard = r.Shard.ToProto(), Reason = r.Reason },
            ShardEndRefusedReply.Parser, m => new EndReply.Refused(m.Shard.ToKey(), m.Reason))
        .Add(Manifests.ShardReplies.Trimmed,
            r => new TrimmedReply { Shard = r.Shard.ToProto(), TrimmedToRow = r.TrimmedToRow },
            TrimmedReply.Parser, m => new TrimReply.Trimmed(m.Shard.ToKey(), m.TrimmedToRow))
        .Add(Manifests.ShardReplies.TrimRefused,
            r => new TrimRefusedReply { Shard = r.Shard.ToProto(), Reason = r.Reason },
            TrimRefusedReply.Parser, m => new TrimReply.Refused(m.Shard.ToKey(), m.Reason));

    private static ManifestTable.Builder AddRead(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.Bounds, ToProto, ShardBoundsReply.Parser, ToBounds)
        .Add(Manifests.ShardReplies.ReadFromTail, ToProto, ReadFromTailReply.Parser,
            m => new ReadReply.FromTail(ToBatches(m), ToBounds(m.Bounds)))
        .Add(Manifests.ShardReplies.ReadFromStore, r => new ReadFromStoreReply { Bounds = ToProto(r.Bounds) },
            ReadFromStoreReply.Parser, m => new ReadReply.FromStore(ToBounds(m.Bounds)))
        .Add(Manifests.ShardReplies.ReadRefused,
            r => new ReadRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            ReadRefusedReply.Parser, m => new ReadReply.Refused(m.Error.ToError(), m.Detail));

    private static ManifestTable.Builder AddSubscribe(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.SubscribeAccepted, r => new SubscribeAcceptedReply { Shard = r.Shard.ToProto() },
            SubscribeAcceptedReply.Parser, m => new SubscribeReply.Accepted(m.Shard.ToKey()))
        .Add(Manifests.ShardReplies.SubscribeInUse, r => new SubscribeInUseReply { Shard = r.Shard.ToProto() },
            SubscribeInUseReply.Parser, m => new SubscribeReply.InUse(m.Shard.ToKey()))
        .Add(Manifests.ShardReplies.SubscribeRefused,
            r => new SubscribeRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            SubscribeRefusedReply.Parser, m => new SubscribeReply.Refused(m.Error.ToError(), m.Detail));

    private static ManifestTable.Builder AddFindCalls(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardReplies.CallsFound, ToProto, CallsFoundReply.Parser,
            m => new FindCallsReply.Found(m.Generation, m.IsClosed, m.Blocks.ToArray(ToBlock)))
        .Add(Manifests.ShardReplies.FindCallsRefused,
            r => new FindCallsRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail },
            FindCallsRefusedReply.Parser, m => new FindCallsReply.Refused(m.Error.ToError(), m.Detail));

    private static InspectedReply ToProto(InspectReply.Found r)
    {
        var m = new InspectedReply
        {
            Shard = r.Shard.ToProto(),
            Range = r.Range.ToProto(),
            Bounds = ToProto(r.Bounds),
            Node = r.Node,
            Epoch = r.Epoch,
            Records = r.Records,
            Bytes = r.Bytes,
            InRecordsPerSecond = r.In.RecordsPerSecond,
            InBytesPerSecond = r.In.BytesPerSecond,
            OutRecordsPerSecond = r.Out.RecordsPerSecond,
            OutBytesPerSecond = r.Out.BytesPerSecond,
            Producers = r.Producers,
        };
        m.Parents.AddAll(r.Parents);
        m.HotKeys.AddAll(r.HotKeys, k => new KeyShareValue { HashKey = k.HashKey.ToBytes(), PartitionKey = k.PartitionKey, Share = k.Share });
        return m;
    }

    private static CallsFoundReply ToProto(FindCallsReply.Found r)
    {
        var m = new CallsFoundReply { Generation = r.Generation, IsClosed = r.IsClosed };
        m.Blocks.AddAll(r.Blocks, b => new CallBlockValue
        {
            Id = b.Id.ToBytes(),
            Entries = b.Entries.Bits.Wrapped(),
            BodyHash = b.BodyHash,
            Row = b.Row,
            FirstIndex = b.FirstIndex,
            Count = b.Count,
            ArrivalMs = b.ArrivalMs,
        });
        return m;
    }

    private static CallBlock ToBlock(CallBlockValue b) =>
        new(b.Id.ToUInt128("call's id"), b.Entries.ToCallEntries(), b.BodyHash, b.Row, b.FirstIndex, b.Count, b.ArrivalMs);

    private static AppendRefusedReply ToProto(AppendReply.Refused r)
    {
        var m = new AppendRefusedReply { Error = r.Error.ToProto(), Detail = r.Detail };
        m.Children.AddAll(r.Children);
        return m;
    }

    private static AttachedReply ToProto(AttachReply.Attached r)
    {
        var m = new AttachedReply();
        m.Positions.AddAll(r.Positions);
        return m;
    }

    private static ShardClosedReply ToProto(CloseReply.Closed r)
    {
        var m = new ShardClosedReply { Shard = r.Shard.ToProto(), ClosedRow = r.ClosedRow, LastArrivalMs = r.LastArrivalMs };
        m.Producers.AddAll(r.Producers);
        return m;
    }

    private static ReadFromTailReply ToProto(ReadReply.FromTail r)
    {
        var m = new ReadFromTailReply { Bounds = ToProto(r.Bounds) };
        m.Batches.AddAll(r.Batches, b => b.Encoded.Wrapped());
        if (!r.Batches.IsDefault && r.Batches.Any(b => b.IsSealed)) m.KeyNames.AddAll(r.Batches, b => b.KeyName ?? "");
        return m;
    }

    private static ImmutableArray<RecordBatch> ToBatches(ReadFromTailReply m)
    {
        if (m.KeyNames.Count != 0 && m.KeyNames.Count != m.Batches.Count)
            throw new SerializationException($"{m.Batches.Count} batches come with {m.KeyNames.Count} key names.");
        var batches = ImmutableArray.CreateBuilder<RecordBatch>(m.Batches.Count);
        for (var i = 0; i < m.Batches.Count; i++)
        {
            var batch = RecordBatch.Decode(m.Batches[i].Memory);
            if (!batch.IsReadable) throw new SerializationException($"Row {batch.Row} is sealed; between nodes batches travel in clear.");
            batches.Add(m.KeyNames.Count != 0 && m.KeyNames[i] is { Length: > 0 } name ? batch.KnownSealed(name) : batch);
        }
        return batches.MoveToImmutable();
    }

    private static ShardEncryptedReply ToProto(EncryptReply.Encrypted r)
    {
        var m = new ShardEncryptedReply { Shard = r.Shard.ToProto() };
        if (r.KeyName is not null) m.KeyName = r.KeyName;
        return m;
    }

    private static ShardBoundsReply ToProto(ShardBounds b)
    {
        var m = new ShardBoundsReply
        {
            Generation = b.Generation,
            TipRow = b.TipRow,
            TipCount = b.TipCount,
            TipArrivalMs = b.TipArrivalMs,
            TrimmedToRow = b.TrimmedToRow,
            ClosedRow = b.ClosedRow,
        };
        m.Children.AddAll(b.Children);
        return m;
    }

    private static ShardBounds ToBounds(ShardBoundsReply? m)
    {
        Require(m, "bounds");
        return new ShardBounds(m.Generation, m.TipRow, m.TipCount, m.TipArrivalMs, m.TrimmedToRow, m.ClosedRow, [.. m.Children]);
    }
}
