using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Takes a name and a number of shards. Members that would change what the stream does and are not served are refused, not dropped.
/// </summary>
internal sealed class CreateStream(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("ShardCount", MemberType.Integer) { ValueMin = 1 },
        new("StreamModeDetails", MemberType.Structure)
        {
            Members = [new("StreamMode", MemberType.String) { IsRequired = true, Allowed = ["PROVISIONED", "ON_DEMAND"] }],
        },
        Members.RequiredStreamName,
        new("Tags", MemberType.StringMap),
        new("WarmThroughputMiBps", MemberType.Integer) { ValueMin = 0 },
        new("MaxRecordSizeInKiB", MemberType.Integer) { ValueMin = 1024, ValueMax = 10240 },
    ];

    public string Operation => "CreateStream";

    public async Task InvokeAsync(KinesisCall call)
    {
        var input = call.Read(Input);
        var stream = new StreamId(call.Region, input.Text("StreamName")!);
        var (mode, shards) = ModeAndShards(input);
        if (input.Map("Tags") is { Count: > 0 })
            throw KinesisErrors.InvalidArgument("Tags are not served yet; create the stream without them.");
        if (input.Integer("MaxRecordSizeInKiB") is > KinesisLimits.RecordBytesMax / 1024)
            throw KinesisErrors.InvalidArgument("MaxRecordSizeInKiB above 1024 is not served yet.");

        switch (await streams.CreateStreamAsync(stream, shards, StreamConfiguration.Plain(mode), call.Aborted))
        {
            case CreateStreamResult.Created:
                await call.AnswerEmptyAsync();
                break;
            case CreateStreamResult.AlreadyExists:
                throw KinesisErrors.InUse($"Stream {stream.Name} under account {call.AccountId} already exists.");
            case CreateStreamResult.ShardQuotaExceeded quota:
                throw QuotaExceeded(quota, call);
            default:
                throw KinesisErrors.InternalFailure();
        }
    }

    private static (StreamMode Mode, int Shards) ModeAndShards(ShapeValues input)
    {
        var shards = input.Integer("ShardCount");
        var mode = input.Structure("StreamModeDetails")?.Text("StreamMode") ?? (shards is null ? "ON_DEMAND" : "PROVISIONED");
        if (mode == "PROVISIONED")
        {
            return shards is { } count
                ? (StreamMode.Provisioned, count)
                : throw KinesisErrors.InvalidArgument("ShardCount must be given for a stream in PROVISIONED mode.");
        }
        return shards is null
            ? (StreamMode.OnDemand, KinesisLimits.OnDemandShards)
            : throw KinesisErrors.InvalidArgument("ShardCount must not be given for a stream in ON_DEMAND mode.");
    }

    private static KinesisException QuotaExceeded(CreateStreamResult.ShardQuotaExceeded quota, KinesisCall call) => new(
        "LimitExceededException",
        string.Create(
            CultureInfo.InvariantCulture,
            $"This request would exceed the shard limit for the account {call.AccountId} in {call.Region}. Current shard count for the "
            + $"account: {quota.Current}. Limit: {quota.Limit}. Number of additional shards that would have resulted from this request: "
            + $"{quota.Requested}. Refer to the AWS Service Limits page "
            + $"(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits."));
}
