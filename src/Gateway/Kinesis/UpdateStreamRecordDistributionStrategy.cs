using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Records go where their partition keys say; the other strategy of the service is not served.</summary>
internal sealed class UpdateStreamRecordDistributionStrategy(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("RecordDistributionStrategy", MemberType.String) { IsRequired = true, Allowed = ["AUTO", "USER_PARTITION_KEY"] },
        Members.StreamArn with { IsRequired = true },
    ];

    public string Operation => "UpdateStreamRecordDistributionStrategy";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = await streams.DescriptionAsync(StreamReference.Resolve(null, input.Text("StreamARN"), call), call);
        if (stream.Mode != StreamMode.OnDemand) throw ChangeErrors.WrongMode(stream, call);
        if (input.Text("RecordDistributionStrategy") == "AUTO")
        {
            throw KinesisErrors.InvalidArgument(
                "RecordDistributionStrategy AUTO is not served here: records go where their partition keys say, as with USER_PARTITION_KEY.");
        }
        if (stream.Status != StreamStatus.Active) throw ChangeErrors.NotActive(stream.Id, stream.Status, call);
        await call.AnswerEmptyAsync();
    }
}
