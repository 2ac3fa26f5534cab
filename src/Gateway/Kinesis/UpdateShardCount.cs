using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>In open mode not bound to double, half and ten times a day.</summary>
internal sealed class UpdateShardCount(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("ScalingType", MemberType.String) { IsRequired = true, Allowed = ["UNIFORM_SCALING"] },
        Members.StreamName,
        new("TargetShardCount", MemberType.Integer) { IsRequired = true, ValueMin = 1 },
        Members.StreamArn,
    ];

    public string Operation => "UpdateShardCount";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var target = input.Integer("TargetShardCount")!.Value;
        // The plan of a reshard is as large as its target, so no target is handed on that nobody can have.
        if (target > KinesisLimits.UpdateShardCountMax && (await streams.DescriptionAsync(stream, call)).Mode == StreamMode.Provisioned)
        {
            throw KinesisErrors.LimitExceeded(string.Create(
                CultureInfo.InvariantCulture,
                $"UpdateShardCount cannot scale to more than {KinesisLimits.UpdateShardCountMax} shards. Target shard count: {target}"));
        }
        var updated = await changer.ChangeAsync(stream, new StreamChange.Scale(target), call);
        await call.AnswerAsync(writer =>
        {
            writer.String("StreamName", stream.Name);
            writer.Number("CurrentShardCount", updated.Before.OpenShards);
            writer.Number("TargetShardCount", target);
            writer.String("StreamARN", StreamReference.Arn(stream, call.AccountId));
        });
    }
}
