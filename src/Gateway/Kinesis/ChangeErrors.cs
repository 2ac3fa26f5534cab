using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What the service says when a stream does not become what it was told to: the one place where refusals turn into its errors.</summary>
internal static class ChangeErrors
{
    public static ApiException Of(UpdateStreamResult.Refused refused, StreamChange change, ApiCall call)
    {
        var stream = refused.Stream;
        var (name, account) = (stream.Id.Name, call.AccountId);
        return (refused.Reason, change) switch
        {
            (ChangeRefusal.NotActive, _) => NotActive(stream.Id, stream.Status, call),
            (ChangeRefusal.ShardNotFound, _) => KinesisErrors.ShardNotParsed(ShardIds.Format(FirstUnknown(stream, change)), name, account),
            (ChangeRefusal.ShardClosed, _) => KinesisErrors.InvalidArgument(
                $"Shard {ShardIds.Format(FirstClosed(stream, change))} in stream {name} under account {account} has already been merged or split, "
                + "and thus is not eligible for merging or splitting."),
            (ChangeRefusal.NotAdjacent, StreamChange.Merge merge) => KinesisErrors.InvalidArgument(
                $"Shards {ShardIds.Format(merge.Shard)} and {ShardIds.Format(merge.Adjacent)} in stream {name} under account {account} "
                + "are not an adjacent pair of shards eligible for merging"),
            (ChangeRefusal.HashKeyOutside, StreamChange.Split split) => HashKeyOutside(HashKeys.Format(split.NewStarting), split.Shard, stream, call),
            (ChangeRefusal.ShardQuota, _) => ShardQuota(refused.Current, refused.Limit, refused.Requested, call),
            (ChangeRefusal.OnDemand, _) => WrongMode(stream, call),
            (ChangeRefusal.Provisioned, _) => WrongMode(stream, call),
            (ChangeRefusal.ScaleUpTooFar, StreamChange.Scale scale) => ScaleTooFar("scale up over double", scale, stream),
            (ChangeRefusal.ScaleDownTooFar, StreamChange.Scale scale) => ScaleTooFar("scale down below half", scale, stream),
            (ChangeRefusal.TooOften, StreamChange.Scale) => TooOften($"{call.Operation} {StreamChanges.ScalingsPerDayMax}", stream, account),
            (ChangeRefusal.TooOften, _) => TooOften($"{call.Operation} {StreamChanges.ModeSwitchesPerDayMax}", stream, account),
            (ChangeRefusal.RetentionDirection, StreamChange.SetRetention retention) => RetentionDirection(retention, stream),
            (ChangeRefusal.ConsumerExists, StreamChange.RegisterConsumer register) => KinesisErrors.InUse(
                $"Consumer {register.Name} of stream {name} under account {account} already exists."),
            (ChangeRefusal.ConsumerNotFound, _) => KinesisErrors.ConsumerNotFound(ConsumerOf(change), account),
            (ChangeRefusal.TooManyConsumers, _) => KinesisErrors.LimitExceeded(
                $"Stream {name} under account {account} has {StreamChanges.ConsumersMax} registered consumers, as many as it may have."),
            (ChangeRefusal.TooManyTags, _) => TooManyTags(
                ConsumerOf(change) is { Length: > 0 } consumer ? $"consumer {consumer} of stream {name}" : $"stream {name}", account),
            (ChangeRefusal.NoPolicy, StreamChange.SetPolicy policy) => KinesisErrors.NotFound(
                $"No resource policy found for resource ARN {ArnOf(stream, policy.Consumer, account)}."),
            (ChangeRefusal.KeyNotFound, StreamChange.SetEncryption encryption) => KeyNotFound(encryption.KeyId ?? ""),
            _ => KinesisErrors.InternalFailure(),
        };
    }

    public static ApiException NotActive(StreamId stream, StreamStatus status, ApiCall call) => KinesisErrors.InUse(
        $"Stream {stream.Name} under account {call.AccountId} not ACTIVE, instead in state {StreamShapes.Status(status)}");

    /// <param name="said">The key as the request has it; it may be none.</param>
    public static ApiException HashKeyOutside(string said, int shard, StreamDescription stream, ApiCall call)
    {
        var range = stream.Shards.First(s => s.Key.Shard == shard).Range;
        return KinesisErrors.InvalidArgument(
            $"NewStartingHashKey {said} used in SplitShard() on shard {ShardIds.Format(shard)} in stream {stream.Id.Name} under account "
            + $"{call.AccountId} is not both greater than one plus the shard's StartingHashKey {HashKeys.Format(range.Starting)} and less than "
            + $"the shard's EndingHashKey {HashKeys.Format(range.Ending)}.");
    }

    public static ApiException ShardQuota(int current, int limit, int requested, ApiCall call) => KinesisErrors.LimitExceeded(
        string.Create(
            CultureInfo.InvariantCulture,
            $"This request would exceed the shard limit for the account {call.AccountId} in {call.Region}. Current shard count for the "
            + $"account: {current}. Limit: {limit}. Number of additional shards that would have resulted from this request: "
            + $"{requested}. Refer to the AWS Service Limits page "
            + $"(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits."));

    /// <param name="resource">What was to be tagged, as a text has it.</param>
    public static ApiException TooManyTags(string resource, string account) => KinesisErrors.InvalidArgument(
        $"Failed to add tags to {resource} under account {account} because it cannot have more than {StreamChanges.TagsMax} tags "
        + "associated with it.");

    /// <summary>The change wants a stream of the other mode.</summary>
    public static ApiException WrongMode(StreamDescription stream, ApiCall call) => KinesisErrors.Validation(
        $"Request is invalid. Stream {stream.Id.Name} under account {call.AccountId} is in "
        + $"{(stream.Mode == StreamMode.OnDemand ? "On-Demand" : "Provisioned")} mode.");

    public static ApiException KeyNotFound(string keyId) => new(
        "KMSNotFoundException", $"Key '{keyId}' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.");

    private static ApiException ScaleTooFar(string what, StreamChange.Scale scale, StreamDescription stream) => KinesisErrors.InvalidArgument(
        string.Create(
            CultureInfo.InvariantCulture,
            $"UpdateShardCount cannot {what} your current open shard count. Current open shard count: {stream.OpenShards} "
            + $"Target shard count: {scale.Shards}"));

    private static ApiException TooOften(string what, StreamDescription stream, string account) => KinesisErrors.LimitExceeded(
        $"Stream {stream.Id.Name} under account {account} has been through {what} times within 24 hours, as often as it may.");

    private static ApiException RetentionDirection(StreamChange.SetRetention retention, StreamDescription stream) => KinesisErrors.InvalidArgument(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Requested retention period ({retention.Hours} hours) for stream {stream.Id.Name} can not be "
            + $"{(retention.IsIncrease ? "shorter" : "longer")} than existing retention period ({stream.RetentionHours} hours). "
            + $"Use {(retention.IsIncrease ? "Decrease" : "Increase")}RetentionPeriod API."));

    private static string ArnOf(StreamDescription stream, string? consumer, string account) =>
        consumer is not null && stream.Consumer(consumer) is { } found
            ? ConsumerShapes.Arn(stream.Id, found, account)
            : StreamReference.Arn(stream.Id, account);

    private static int FirstUnknown(StreamDescription stream, StreamChange change) =>
        Named(change).First(n => stream.Shards.All(s => s.Key.Shard != n));

    private static int FirstClosed(StreamDescription stream, StreamChange change) =>
        Named(change).First(n => stream.Shards.Any(s => s.Key.Shard == n && s.EndingSequenceNumber is not null));

    private static int[] Named(StreamChange change) => change switch
    {
        StreamChange.Split split => [split.Shard],
        StreamChange.Merge merge => [merge.Shard, merge.Adjacent],
        _ => [],
    };

    /// <summary>The consumer that the change is about; empty where it is about the stream.</summary>
    private static string ConsumerOf(StreamChange change) => change switch
    {
        StreamChange.RegisterConsumer c => c.Name,
        StreamChange.DeregisterConsumer c => c.Name,
        StreamChange.AddTags c => c.Consumer ?? "",
        StreamChange.RemoveTags c => c.Consumer ?? "",
        StreamChange.SetPolicy c => c.Consumer ?? "",
        _ => "",
    };
}
