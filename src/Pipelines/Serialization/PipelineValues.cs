using System.Buffers.Binary;
using System.Runtime.Serialization;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Serialization.Proto;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Google.Protobuf;

namespace ActorStreams.Pipelines.Serialization;

/// <summary>The values that many messages hold, to Protobuf and back.</summary>
internal static class PipelineValues
{
    private const int HashKeyBytes = 16;

    public static StreamIdValue ToProto(this StreamId id) => new() { Region = id.Region, Name = id.Name };

    public static StreamId ToId(this StreamIdValue? value)
    {
        ProtoValues.Require(value, "stream");
        return new StreamId(value.Region, value.Name);
    }

    public static LeasedShardValue ToLeased(this ShardKey key) => new() { Region = key.Region, Incarnation = key.Incarnation.Value, Shard = key.Shard };

    public static ShardKey ToKey(this LeasedShardValue? value)
    {
        ProtoValues.Require(value, "shard");
        return new ShardKey(value.Region, new Incarnation(value.Incarnation), value.Shard);
    }

    public static RangeValue ToValue(this HashKeyRange range) => new() { Starting = HashKey(range.Starting), Ending = HashKey(range.Ending) };

    public static HashKeyRange ToRange(this RangeValue? value)
    {
        ProtoValues.Require(value, "hash key range");
        var (starting, ending) = (HashKey(value.Starting), HashKey(value.Ending));
        return starting <= ending
            ? new HashKeyRange(starting, ending)
            : throw new SerializationException($"A hash key range starts at {starting}, above its end {ending}.");
    }

    public static PositionValue ToProto(this ShardPosition position) => new() { Row = position.Row, Index = position.Index };

    /// <summary>A message without a position stands at the trim horizon, which is all zeros.</summary>
    public static ShardPosition ToPosition(this PositionValue? value) => value is null ? default : new ShardPosition(value.Row, value.Index);

    public static CountsValue ToProto(this ConsumerCounts counts) =>
        new() { Records = counts.Records, Alerts = counts.Alerts, DeadLetters = counts.DeadLetters, Gaps = counts.Gaps };

    public static ConsumerCounts ToCounts(this CountsValue? value) =>
        value is null ? default : new ConsumerCounts(value.Records, value.Alerts, value.DeadLetters, value.Gaps);

    public static DefinitionValue ToProto(this ApplicationDefinition definition) => definition switch
    {
        PipelineDefinition pipeline => pipeline.ToProto(),
        DeliveryDefinition delivery => delivery.ToProto(),
        _ => throw new SerializationException($"A {definition.GetType().Name} is no definition that is known here."),
    };

    private static DefinitionValue ToProto(this PipelineDefinition d)
    {
        var value = new DefinitionValue
        {
            Name = d.Name,
            Source = d.Source.ToProto(),
            Output = d.Output.ToProto(),
            DeadLetters = d.DeadLetters.ToProto(),
            ValuePath = d.ValuePath,
            Detector = new DetectorValue
            {
                Alpha = d.Detector.Alpha,
                WarmUpSamples = d.Detector.WarmUpSamples,
                ThresholdDeviations = d.Detector.ThresholdDeviations,
                MinimumDeviation = d.Detector.MinimumDeviation,
                KeysMax = d.Detector.KeysMax,
            },
            Start = (int)d.Start,
            CheckpointIntervalMs = (long)d.CheckpointInterval.TotalMilliseconds,
            SnapshotIntervalMs = (long)d.SnapshotInterval.TotalMilliseconds,
            CreateStreams = d.CreateStreams,
            WholeRecords = !d.Deaggregate,
        };
        if (d.KeyPath is not null) value.KeyPath = d.KeyPath;
        if (d.TimePath is not null) value.TimePath = d.TimePath;
        if (d.Webhook is not null) value.Webhook = d.Webhook;
        return value;
    }

    public static ApplicationDefinition ToDefinition(this DefinitionValue? value)
    {
        ProtoValues.Require(value, "definition");
        return value.Delivery is null ? ToPipeline(value) : DeliveryValues.ToDelivery(value);
    }

    private static PipelineDefinition ToPipeline(DefinitionValue value)
    {
        ProtoValues.Require(value.Detector, "detector");
        return new PipelineDefinition
        {
            Name = value.Name,
            Source = value.Source.ToId(),
            Output = value.Output.ToId(),
            DeadLetters = value.DeadLetters.ToId(),
            ValuePath = value.ValuePath,
            KeyPath = value.HasKeyPath ? value.KeyPath : null,
            TimePath = value.HasTimePath ? value.TimePath : null,
            Detector = new EwmaOptions
            {
                Alpha = value.Detector.Alpha,
                WarmUpSamples = value.Detector.WarmUpSamples,
                ThresholdDeviations = value.Detector.ThresholdDeviations,
                MinimumDeviation = value.Detector.MinimumDeviation,
                KeysMax = value.Detector.KeysMax,
            },
            Webhook = value.HasWebhook ? value.Webhook : null,
            Start = Known<StartPosition>(value.Start),
            CheckpointInterval = TimeSpan.FromMilliseconds(value.CheckpointIntervalMs),
            SnapshotInterval = TimeSpan.FromMilliseconds(value.SnapshotIntervalMs),
            CreateStreams = value.CreateStreams,
            Deaggregate = !value.WholeRecords,
        };
    }

    public static LeaseValue ToProto(this Lease lease)
    {
        var value = new LeaseValue
        {
            Shard = lease.Shard,
            Range = lease.Range.ToValue(),
            Start = (int)lease.Start,
            SinceMs = lease.SinceMs,
            Outcome = (int)(lease.Outcome ?? 0),
            EndedMs = lease.EndedMs,
            Placement = lease.Placement.ToProto(),
            Restarts = lease.Restarts,
        };
        if (lease.From is { } from) value.From = from.ToProto();
        value.Parents.AddAll(lease.Parents);
        value.Causes.AddAll(lease.Causes, c => new CauseValue { AtMs = c.AtMs, What = c.What });
        return value;
    }

    /// <summary>The first place is not written, so that what never moved is stored and sent as ever.</summary>
    public static PlacementValue? ToProto(this LeasePlacement placement) =>
        placement.Number == 0 ? null : new PlacementValue { Number = placement.Number, Avoid = placement.Avoid };

    public static LeasePlacement ToPlacement(this PlacementValue? value) =>
        value is null ? LeasePlacement.First : new LeasePlacement(value.Number, value.Avoid);

    public static Lease ToLease(this LeaseValue? value)
    {
        ProtoValues.Require(value, "lease");
        return new Lease(
            value.Shard, value.Range.ToRange(), value.Parents.ToArray(p => p), Known<StartPosition>(value.Start), value.SinceMs,
            value.Outcome == 0 ? null : Known<LeaseOutcome>(value.Outcome), value.EndedMs)
        {
            Placement = value.Placement.ToPlacement(),
            From = value.From?.ToPosition(),
            Restarts = value.Restarts,
            Causes = value.Causes.ToArray(c => new LeaseCause(c.AtMs, c.What)),
        };
    }

    public static ConsumerHealthValue ToProto(this ConsumerHealth health)
    {
        var value = new ConsumerHealthValue
        {
            Generation = health.Generation,
            PulseAgoMs = health.PulseAgoMs,
            Stage = health.Stage,
            WaitingMs = health.WaitingMs,
            Tries = health.Tries,
            Retrying = health.Retrying,
            Failures = health.Failures,
            Silences = health.Silences,
            LastTrouble = health.LastTrouble,
            RecordsPerSecond = health.RecordsPerSecond,
            ClosingMsPerSecond = health.ClosingMsPerSecond,
            ShareRead = health.Shares.Read,
            ShareWork = health.Shares.Work,
            ShareAppend = health.Shares.Append,
            SharePost = health.Shares.Post,
            ReadMs = health.ReadMs,
            CheckpointMs = health.CheckpointMs,
            HotKey = health.HotKey,
            HotKeyShare = health.HotKeyShare,
            Backlog = health.Backlog?.ToProto(),
            Transforming = health.Transforming,
        };
        if (health.Retention is not { } retention) return value;
        value.RetentionMs = retention.RetentionMs;
        value.RetentionLeftMs = retention.LeftMs;
        value.IsRetentionShort = retention.IsShort;
        return value;
    }

    public static ConsumerHealth ToHealth(this ConsumerHealthValue value) => new()
    {
        Generation = value.Generation,
        PulseAgoMs = value.PulseAgoMs,
        Stage = value.Stage,
        WaitingMs = value.WaitingMs,
        Tries = value.Tries,
        Retrying = value.Retrying,
        Failures = value.Failures,
        Silences = value.Silences,
        LastTrouble = value.LastTrouble,
        RecordsPerSecond = value.RecordsPerSecond,
        ClosingMsPerSecond = value.ClosingMsPerSecond,
        Shares = new StageShares(value.ShareRead, value.ShareWork, value.ShareAppend, value.SharePost),
        ReadMs = value.ReadMs,
        CheckpointMs = value.CheckpointMs,
        HotKey = value.HotKey,
        HotKeyShare = value.HotKeyShare,
        Retention = value.HasRetentionMs ? new RetentionLeft(value.RetentionMs, value.RetentionLeftMs, value.IsRetentionShort) : null,
        Backlog = value.Backlog?.ToBacklog(),
        Transforming = value.Transforming,
    };

    public static StreamKeyValue ToProto(this StreamKey stream) => new() { Region = stream.Region, Incarnation = stream.Incarnation.Value };

    public static StreamKey ToKey(this StreamKeyValue? value)
    {
        ProtoValues.Require(value, "stream");
        return new StreamKey(value.Region, new Incarnation(value.Incarnation));
    }

    public static KeyStateValue ToProto(this KeyState key) =>
        new() { Key = key.Key, HashKey = HashKey(key.HashKey), State = key.State.Wrapped() };

    public static KeyState ToKeyState(this KeyStateValue value) => new(value.Key, HashKey(value.HashKey), value.State.Memory);

    public static T Known<T>(int value)
        where T : struct, Enum =>
        ProtoValues.Known((T)Enum.ToObject(typeof(T), value));

    /// <summary>Refuses numbers that are no time, as arbitrary bytes may hold.</summary>
    public static DateTimeOffset Time(long ms) =>
        ms >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : throw new SerializationException($"{ms} ms since 1970 is no time.");

    private static ByteString HashKey(UInt128 key)
    {
        var bytes = new byte[HashKeyBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static UInt128 HashKey(ByteString bytes) => bytes.Length == HashKeyBytes
        ? BinaryPrimitives.ReadUInt128BigEndian(bytes.Span)
        : throw new SerializationException($"A hash key has {HashKeyBytes} bytes; this one has {bytes.Length}.");
}
