using System.Runtime.Serialization;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization.Proto;
using static ActorStreams.Shards.Log.ShardProtocol;
using static ActorStreams.Shards.Serialization.ProtoValues;
using static ActorStreams.Shards.Transfer.TransferProtocol;

namespace ActorStreams.Shards.Serialization;

/// <summary>What is asked of a shard.</summary>
internal static class ShardRequestFormats
{
    public static ManifestTable.Builder AddShardRequests(this ManifestTable.Builder table) => table
        .Add(Manifests.ShardRequests.Open, ToProto, ShardOpenRequest.Parser, m => new Open(
            m.Shard.ToKey(), m.Range.ToRange(), m.Generation, [.. m.Parents], m.ArrivalFloorMs, m.Inherited.ToEntries(),
            m.HasKeyName ? m.KeyName : null))
        .Add(Manifests.ShardRequests.Append, ToProto, AppendRequest.Parser, m => new Append(
            m.Shard.ToKey(), ToBlock(m), m.Producer is null ? null : ToProducer(m.Producer), m.Call is null ? null : ToCall(m.Call), m.HasTrace ? m.Trace : null))
        .Add(Manifests.ShardRequests.Attach,
            q => new AttachRequest { Shard = q.Shard.ToProto(), Producer = q.Producer, Epoch = q.Epoch },
            AttachRequest.Parser, m => new Attach(m.Shard.ToKey(), m.Producer, m.Epoch))
        .Add(Manifests.ShardRequests.Close, ToProto, ShardCloseRequest.Parser, m => new Close(m.Shard.ToKey(), [.. m.Children]))
        .Add(Manifests.ShardRequests.Encrypt, ToProto, ShardEncryptRequest.Parser, m => new Encrypt(m.Shard.ToKey(), m.HasKeyName ? m.KeyName : null))
        .Add(Manifests.ShardRequests.End, q => new ShardEndRequest { Shard = q.Shard.ToProto() },
            ShardEndRequest.Parser, m => new End(m.Shard.ToKey()))
        .Add(Manifests.ShardRequests.Trim, q => new TrimRequest { Shard = q.Shard.ToProto(), BeforeMs = q.BeforeMs },
            TrimRequest.Parser, m => new Trim(m.Shard.ToKey(), m.BeforeMs))
        .Add(Manifests.ShardRequests.Read, ToProto, ReadRequest.Parser, m => new Read(
            m.Shard.ToKey(), new ShardPosition(m.FromRow, m.FromIndex), m.RecordsMax, m.BytesMax, TimeSpan.FromTicks(m.WaitTicks),
            m.Subscription is null ? null : ToSubscription(m.Subscription), new Taken(m.TakenRecords, m.TakenBytes)))
        .Add(Manifests.ShardRequests.Inspect, q => new InspectRequest { Shard = q.Shard.ToProto() },
            InspectRequest.Parser, m => new Inspect(m.Shard.ToKey()))
        .Add(Manifests.ShardRequests.MeasureLoad, q => new MeasureLoadRequest { Shard = q.Shard.ToProto() },
            MeasureLoadRequest.Parser, m => new MeasureLoad(m.Shard.ToKey()))
        .Add(Manifests.ShardRequests.Subscribe,
            q => new SubscribeRequest { Shard = q.Shard.ToProto(), Subscription = ToProto(q.Subscription) },
            SubscribeRequest.Parser, m => new Subscribe(m.Shard.ToKey(), ToSubscription(m.Subscription)))
        .Add(Manifests.ShardRequests.FindCalls, q => new FindCallsRequest { Shard = q.Shard.ToProto(), Id = q.Id.ToBytes() },
            FindCallsRequest.Parser, m => new FindCalls(m.Shard.ToKey(), m.Id.ToUInt128("call's id")))
        .Add(Manifests.ShardRequests.OfferAppend, ToProto, AppendOffer.Parser, ToOffer)
        .Add(Manifests.Transfers.FetchChunk, q => new FetchChunkRequest { Offset = q.Offset }, FetchChunkRequest.Parser, m => new FetchChunk(m.Offset))
        .Add(Manifests.Transfers.BlockChunk, q => new BlockChunkReply { Offset = q.Offset, Bytes = q.Bytes.Wrapped() },
            BlockChunkReply.Parser, m => new BlockChunk(m.Offset, m.Bytes.Memory));

    private static ShardOpenRequest ToProto(Open q)
    {
        var m = new ShardOpenRequest
        {
            Shard = q.Shard.ToProto(),
            Range = q.Range.ToProto(),
            Generation = q.Generation,
            ArrivalFloorMs = q.ArrivalFloorMs,
        };
        if (q.KeyName is not null) m.KeyName = q.KeyName;
        m.Parents.AddAll(q.Parents);
        m.Inherited.AddAll(q.Inherited);
        return m;
    }

    private static AppendRequest ToProto(Append q)
    {
        var m = new AppendRequest
        {
            Shard = q.Shard.ToProto(),
            Block = q.Block.Bytes.Wrapped(),
            Records = q.Block.Count,
            Producer = ToProto(q.Producer),
            Call = ToProto(q.Call),
        };
        if (q.Trace is not null) m.Trace = q.Trace;
        return m;
    }

    private static AppendOffer ToProto(OfferAppend q) => new()
    {
        Shard = q.Shard.ToProto(),
        Bytes = q.Bytes,
        Records = q.Records,
        Producer = ToProto(q.Producer),
        Call = ToProto(q.Call),
    };

    private static OfferAppend ToOffer(AppendOffer m) => new(
        m.Shard.ToKey(), m.Bytes, m.Records, m.Producer is null ? null : ToProducer(m.Producer), m.Call is null ? null : ToCall(m.Call));

    private static ProducerAppendValue? ToProto(ProducerAppend? p) => p is null ? null : new ProducerAppendValue
    {
        Producer = p.Producer,
        Epoch = p.Epoch,
        Predecessor = p.Predecessor.Bytes.Wrapped(),
        Position = p.Position.Bytes.Wrapped(),
    };

    private static CallTokenValue? ToProto(CallToken? c) => c is null ? null : new CallTokenValue
    {
        Id = c.Id.ToBytes(),
        Entries = c.Entries.Bits.Wrapped(),
        BodyHash = c.BodyHash,
        MayBeRepeat = c.MayBeRepeat,
    };

    private static RecordBlock ToBlock(AppendRequest m) => RecordBlock.CanHold(m.Block.Length, m.Records)
        ? new RecordBlock(m.Block.Memory, m.Records)
        : throw new SerializationException($"A block of {m.Block.Length} bytes can't hold {m.Records} records.");

    private static ProducerAppend ToProducer(ProducerAppendValue p) =>
        new(p.Producer, p.Epoch, new ProducerPosition(p.Predecessor.Memory), new ProducerPosition(p.Position.Memory));

    private static CallToken ToCall(CallTokenValue c) => new(c.Id.ToUInt128("call's id"), c.Entries.ToCallEntries(), c.BodyHash, c.MayBeRepeat);

    private static ShardCloseRequest ToProto(Close q)
    {
        var m = new ShardCloseRequest { Shard = q.Shard.ToProto() };
        m.Children.AddAll(q.Children);
        return m;
    }

    private static ShardEncryptRequest ToProto(Encrypt q)
    {
        var m = new ShardEncryptRequest { Shard = q.Shard.ToProto() };
        if (q.KeyName is not null) m.KeyName = q.KeyName;
        return m;
    }

    private static ReadRequest ToProto(Read q) => new()
    {
        Shard = q.Shard.ToProto(),
        FromRow = q.From.Row,
        FromIndex = q.From.Index,
        RecordsMax = q.RecordsMax,
        BytesMax = q.BytesMax,
        WaitTicks = q.Wait.Ticks,
        Subscription = q.Subscription is { } subscription ? ToProto(subscription) : null,
        TakenRecords = q.Taken.Records,
        TakenBytes = q.Taken.Bytes,
    };

    private static FanOutSubscriptionValue ToProto(FanOutSubscription s) =>
        new() { Consumer = s.Consumer, ConsumerCreatedAtSeconds = s.ConsumerCreatedAtSeconds, Id = s.Id };

    private static FanOutSubscription ToSubscription(FanOutSubscriptionValue? m)
    {
        Require(m, "subscription");
        return new FanOutSubscription(m.Consumer, m.ConsumerCreatedAtSeconds, m.Id);
    }
}
