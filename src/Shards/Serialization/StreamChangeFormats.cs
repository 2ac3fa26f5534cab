using System.Runtime.Serialization;
using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Serialization;

/// <summary>Changes of a stream, asked for and answered.</summary>
internal static class StreamChangeFormats
{
    public static ManifestTable.Builder AddStreamChanges(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamMessages.Update,
            q => new StreamUpdateRequest { Stream = q.Stream.ToProto(), Change = ToProto(q.Change), IsCompat = q.IsCompat },
            StreamUpdateRequest.Parser, m => new Update(m.Stream.ToKey(), ToChange(m.Change), m.IsCompat))
        .Add(Manifests.StreamMessages.Updated,
            r => new StreamUpdatedReply { Before = r.Before.ToProto(), After = r.After.ToProto() },
            StreamUpdatedReply.Parser, m => new UpdateReply.Updated(Required(m.Before).ToDescription(), Required(m.After).ToDescription()))
        .Add(Manifests.StreamMessages.UpdateRefused,
            r => new StreamUpdateRefusedReply
            {
                Reason = ProtoValues.Known((ChangeRefusalValue)(int)r.Reason, ChangeRefusalValue.ChangeRefusalUnspecified),
                Stream = r.Stream.ToProto(),
                Current = r.Current,
                Limit = r.Limit,
                Requested = r.Requested,
            },
            StreamUpdateRefusedReply.Parser,
            m => new UpdateReply.Refused(
                (ChangeRefusal)(int)ProtoValues.Known(m.Reason, ChangeRefusalValue.ChangeRefusalUnspecified), Required(m.Stream).ToDescription(),
                m.Current, m.Limit, m.Requested))
        .Add(Manifests.StreamMessages.UpdateNotFound, r => new StreamUpdateNotFoundReply { Stream = r.Stream.ToProto() },
            StreamUpdateNotFoundReply.Parser, m => new UpdateReply.NotFound(m.Stream.ToKey()))
        .Add(Manifests.StreamMessages.UpdateUnavailable, r => new StreamUpdateUnavailableReply { Detail = r.Detail },
            StreamUpdateUnavailableReply.Parser, m => new UpdateReply.Unavailable(m.Detail));

    private static StreamDescribedReply Required(StreamDescribedReply? stream)
    {
        ProtoValues.Require(stream, "description of the stream");
        return stream;
    }

    private static StreamChangeValue ToProto(StreamChange change) => change switch
    {
        StreamChange.SetRetention c => new() { SetRetention = new() { Hours = c.Hours, IsIncrease = c.IsIncrease } },
        StreamChange.SetMode c => new() { SetMode = new() { Mode = c.Mode.ToProto(), WarmThroughputMibps = c.WarmThroughputMiBps } },
        StreamChange.SetMaxRecordSize c => new() { SetMaxRecordSize = new() { Kib = c.KiB } },
        StreamChange.SetWarmThroughput c => new() { SetWarmThroughput = new() { Mibps = c.MiBps } },
        StreamChange.EnableMetrics c => new() { EnableMetrics = new() { Metrics = (int)c.Metrics } },
        StreamChange.DisableMetrics c => new() { DisableMetrics = new() { Metrics = (int)c.Metrics } },
        StreamChange.AddTags c => new() { AddTags = ToProto(c) },
        StreamChange.RemoveTags c => new() { RemoveTags = ToProto(c) },
        StreamChange.SetPolicy c => new() { SetPolicy = ToProto(c) },
        StreamChange.SetEncryption c => new() { SetEncryption = ToProto(c) },
        StreamChange.RegisterConsumer c => new() { RegisterConsumer = ToProto(c) },
        StreamChange.DeregisterConsumer c => new() { DeregisterConsumer = new() { Name = c.Name } },
        StreamChange.Split c => new() { Split = new() { Shard = c.Shard, NewStarting = ProtoValues.HashKey(c.NewStarting) } },
        StreamChange.Merge c => new() { Merge = new() { Shard = c.Shard, Adjacent = c.Adjacent } },
        StreamChange.Retile c => new() { Retile = ToProto(c) },
        StreamChange.Scale c => new() { Scale = new() { Shards = c.Shards } },
        _ => throw new SerializationException($"{change.GetType()} has no form; add it to stream_changes.proto and here."),
    };

    private static StreamChange ToChange(StreamChangeValue? m) => m?.ChangeCase switch
    {
        StreamChangeValue.ChangeOneofCase.SetRetention => new StreamChange.SetRetention(m.SetRetention.Hours, m.SetRetention.IsIncrease),
        StreamChangeValue.ChangeOneofCase.SetMode => new StreamChange.SetMode(m.SetMode.Mode.ToMode(), m.SetMode.WarmThroughputMibps),
        StreamChangeValue.ChangeOneofCase.SetMaxRecordSize => new StreamChange.SetMaxRecordSize(m.SetMaxRecordSize.Kib),
        StreamChangeValue.ChangeOneofCase.SetWarmThroughput => new StreamChange.SetWarmThroughput(m.SetWarmThroughput.Mibps),
        StreamChangeValue.ChangeOneofCase.EnableMetrics => new StreamChange.EnableMetrics(StreamValues.ToMetrics(m.EnableMetrics.Metrics)),
        StreamChangeValue.ChangeOneofCase.DisableMetrics => new StreamChange.DisableMetrics(StreamValues.ToMetrics(m.DisableMetrics.Metrics)),
        StreamChangeValue.ChangeOneofCase.AddTags =>
            new StreamChange.AddTags(m.AddTags.HasConsumer ? m.AddTags.Consumer : null, m.AddTags.Tags.ToTags()),
        StreamChangeValue.ChangeOneofCase.RemoveTags =>
            new StreamChange.RemoveTags(m.RemoveTags.HasConsumer ? m.RemoveTags.Consumer : null, [.. m.RemoveTags.Keys]),
        StreamChangeValue.ChangeOneofCase.SetPolicy => new StreamChange.SetPolicy(
            m.SetPolicy.HasConsumer ? m.SetPolicy.Consumer : null, m.SetPolicy.HasPolicy ? m.SetPolicy.Policy : null),
        StreamChangeValue.ChangeOneofCase.SetEncryption => new StreamChange.SetEncryption(m.SetEncryption.HasKeyId ? m.SetEncryption.KeyId : null),
        StreamChangeValue.ChangeOneofCase.RegisterConsumer =>
            new StreamChange.RegisterConsumer(m.RegisterConsumer.Name, m.RegisterConsumer.Tags.ToTags()),
        StreamChangeValue.ChangeOneofCase.DeregisterConsumer => new StreamChange.DeregisterConsumer(m.DeregisterConsumer.Name),
        StreamChangeValue.ChangeOneofCase.Split => new StreamChange.Split(m.Split.Shard, ProtoValues.HashKey(m.Split.NewStarting)),
        StreamChangeValue.ChangeOneofCase.Merge => new StreamChange.Merge(m.Merge.Shard, m.Merge.Adjacent),
        StreamChangeValue.ChangeOneofCase.Retile => new StreamChange.Retile(m.Retile.Startings.ToArray(ProtoValues.HashKey)),
        StreamChangeValue.ChangeOneofCase.Scale => new StreamChange.Scale(m.Scale.Shards),
        _ => throw new SerializationException("The message names no change known here; it may be of a newer version."),
    };

    private static RetileValue ToProto(StreamChange.Retile c)
    {
        var m = new RetileValue();
        m.Startings.AddAll(c.Startings, ProtoValues.HashKey);
        return m;
    }

    private static AddTagsValue ToProto(StreamChange.AddTags c)
    {
        var m = new AddTagsValue();
        if (c.Consumer is { } consumer) m.Consumer = consumer;
        m.Tags.AddAll(c.Tags);
        return m;
    }

    private static RemoveTagsValue ToProto(StreamChange.RemoveTags c)
    {
        var m = new RemoveTagsValue();
        if (c.Consumer is { } consumer) m.Consumer = consumer;
        m.Keys.AddRange(c.Keys);
        return m;
    }

    private static SetPolicyValue ToProto(StreamChange.SetPolicy c)
    {
        var m = new SetPolicyValue();
        if (c.Consumer is { } consumer) m.Consumer = consumer;
        if (c.Policy is { } policy) m.Policy = policy;
        return m;
    }

    private static SetEncryptionValue ToProto(StreamChange.SetEncryption c)
    {
        var m = new SetEncryptionValue();
        if (c.KeyId is { } key) m.KeyId = key;
        return m;
    }

    private static RegisterConsumerValue ToProto(StreamChange.RegisterConsumer c)
    {
        var m = new RegisterConsumerValue { Name = c.Name };
        m.Tags.AddAll(c.Tags);
        return m;
    }
}
