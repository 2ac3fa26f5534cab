using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class CreateStream(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("ShardCount", MemberType.Integer) { ValueMin = 1 },
        Members.StreamModeDetails,
        Members.RequiredStreamName,
        Members.Tags,
        Members.WarmThroughput,
        Members.MaxRecordSize,
    ];

    public string Operation => "CreateStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = new StreamId(call.Region, input.Text("StreamName")!);
        call.Authorize(stream);
        var (mode, shards) = ModeAndShards(input);
        var warm = WarmThroughput.Read(input, mode);
        var tags = TagRules.Read(input);
        if (tags.Count > StreamChanges.TagsMax) throw ChangeErrors.TooManyTags($"stream {stream.Name}", call.AccountId);
        var configuration = StreamConfiguration.Plain(mode) with
        {
            Tags = tags,
            WarmThroughputMiBps = warm,
            MaxRecordSizeKiB = input.Integer("MaxRecordSizeInKiB") ?? StreamConfiguration.MaxRecordSizeKiBDefault,
        };

        switch (await streams.CreateStreamAsync(stream, shards, configuration, call.Aborted))
        {
            case CreateStreamResult.Created:
                await call.AnswerEmptyAsync();
                break;
            case CreateStreamResult.AlreadyExists:
                throw KinesisErrors.InUse($"Stream {stream.Name} under account {call.AccountId} already exists.");
            case CreateStreamResult.ShardQuotaExceeded quota:
                throw ChangeErrors.ShardQuota(quota.Current, quota.Limit, quota.Requested, call);
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
}
