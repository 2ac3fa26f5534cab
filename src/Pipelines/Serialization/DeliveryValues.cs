using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Serialization.Proto;
using ActorStreams.Shards.Serialization;
using Google.Protobuf;

namespace ActorStreams.Pipelines.Serialization;

/// <summary>The values of deliveries, to Protobuf and back.</summary>
internal static class DeliveryValues
{
    public static DefinitionValue ToProto(this DeliveryDefinition d)
    {
        var value = new DeliveryValue
        {
            Stream = d.Stream,
            Region = d.Region,
            IsDirectPut = d.IsDirectPut,
            Version = d.Version,
            DestinationKind = d.DestinationKind,
            Destination = d.Destination,
            Tags = d.Tags,
            CreatedMs = d.CreatedAt.ToUnixTimeMilliseconds(),
        };
        if (d.SourceRole is not null) value.SourceRole = d.SourceRole;
        if (d.EncryptionKey is not null) value.EncryptionKey = d.EncryptionKey;
        if (d.UpdatedAt is { } updated) value.UpdatedMs = updated.ToUnixTimeMilliseconds();
        return new DefinitionValue
        {
            Name = d.Name,
            Source = d.Source.ToProto(),
            Start = (int)d.Start,
            CheckpointIntervalMs = (long)d.CheckpointInterval.TotalMilliseconds,
            SnapshotIntervalMs = (long)d.SnapshotInterval.TotalMilliseconds,
            CreateStreams = d.CreateStreams,
            Delivery = value,
        };
    }

    public static DeliveryDefinition ToDelivery(DefinitionValue value) => new()
    {
        Name = value.Name,
        Source = value.Source.ToId(),
        Start = PipelineValues.Known<StartPosition>(value.Start),
        CheckpointInterval = TimeSpan.FromMilliseconds(value.CheckpointIntervalMs),
        SnapshotInterval = TimeSpan.FromMilliseconds(value.SnapshotIntervalMs),
        CreateStreams = value.CreateStreams,
        Stream = value.Delivery.Stream,
        Region = value.Delivery.Region,
        IsDirectPut = value.Delivery.IsDirectPut,
        Version = value.Delivery.Version,
        DestinationKind = value.Delivery.DestinationKind,
        Destination = value.Delivery.Destination,
        Tags = value.Delivery.Tags,
        SourceRole = value.Delivery.HasSourceRole ? value.Delivery.SourceRole : null,
        EncryptionKey = value.Delivery.HasEncryptionKey ? value.Delivery.EncryptionKey : null,
        CreatedAt = PipelineValues.Time(value.Delivery.CreatedMs),
        UpdatedAt = value.Delivery.HasUpdatedMs ? PipelineValues.Time(value.Delivery.UpdatedMs) : null,
    };

    public static BatchIntentValue ToProto(this BatchIntent intent)
    {
        var value = new BatchIntentValue
        {
            From = intent.From.ToProto(),
            To = intent.To.ToProto(),
            Epoch = intent.Epoch,
            Definition = intent.Definition.ToProto(),
        };
        if (intent.Retry is { } retry) value.Retry = new ObjectRetryValue { Object = retry.Object, SinceMs = retry.SinceMs };
        if (intent.Tally is { } tally) value.Tally = new BatchTallyValue { Before = tally.Before.ToProto(), Counts = tally.Counts.ToProto(), Dropped = tally.Dropped };
        value.Objects.AddAll(intent.Objects, o => new IntendedObjectValue
        {
            Key = o.Key,
            Spool = o.Spool,
            Length = o.Length,
            Sha256 = ByteString.CopyFrom(o.Sha256.Span),
            Records = o.Records,
            OldestMs = o.OldestMs,
            IsError = o.Kind is ObjectKind.Errors or ObjectKind.Gap,
            Kind = o.Kind is ObjectKind.Records or ObjectKind.Errors ? 0 : (int)o.Kind,
            Places = ByteString.CopyFrom(o.Places.Span),
            ErrorType = o.ErrorType,
        });
        return value;
    }

    public static BatchIntent? ToIntent(this BatchIntentValue? value)
    {
        if (value is null) return null;
        ProtoValues.Require(value.Definition?.Delivery, "delivery");
        return new BatchIntent(
            value.From.ToPosition(), value.To.ToPosition(), value.Epoch, ToDelivery(value.Definition!),
            value.Objects.ToArray(o => new IntendedObject(o.Key, o.Spool, o.Length, o.Sha256.Memory, o.Records, o.OldestMs, KindOf(o))
            {
                Places = o.Places.Memory,
                ErrorType = o.ErrorType,
            }))
        {
            Retry = value.Retry is { } retry ? new ObjectRetry(retry.Object, retry.SinceMs) : null,
            Tally = value.Tally is { } tally ? new BatchTally(tally.Before.ToCounts(), tally.Counts.ToCounts(), tally.Dropped) : null,
        };
    }

    public static BacklogValue ToProto(this Backlog backlog)
    {
        var value = new BacklogValue { Records = backlog.Records, OldestMs = backlog.OldestMs, BatchesOut = backlog.BatchesOut, UnreadMs = backlog.UnreadMs };
        if (backlog.UnreadRecords is { } records) value.UnreadRecords = records;
        if (backlog.Collecting is { } batch)
            value.Collecting = new CollectedBatchValue { Records = batch.Records, Bytes = batch.Bytes, BytesMax = batch.BytesMax, AgeMs = batch.AgeMs, AgeMsMax = batch.AgeMsMax };
        return value;
    }

    public static Backlog ToBacklog(this BacklogValue value) => new(
        value.Records, value.OldestMs, value.BatchesOut, value.UnreadMs, value.HasUnreadRecords ? value.UnreadRecords : null)
    {
        Collecting = value.Collecting is { } batch ? new CollectedBatch(batch.Records, batch.Bytes, batch.BytesMax, batch.AgeMs, batch.AgeMsMax) : null,
    };

    private static ObjectKind KindOf(IntendedObjectValue o) =>
        o.Kind != 0 ? PipelineValues.Known<ObjectKind>(o.Kind) : o.IsError ? ObjectKind.Errors : ObjectKind.Records;
}
