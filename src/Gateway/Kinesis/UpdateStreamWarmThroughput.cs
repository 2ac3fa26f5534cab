using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Raises the number of shards below which an on-demand stream does not go.</summary>
internal sealed class UpdateStreamWarmThroughput(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.StreamName, Members.WarmThroughput with { IsRequired = true }, Members.StreamArn];

    public string Operation => "UpdateStreamWarmThroughput";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var described = await streams.DescriptionAsync(stream, call);
        if (described.Mode != StreamMode.OnDemand) throw ChangeErrors.WrongMode(described, call);
        var warm = WarmThroughput.Read(input, StreamMode.OnDemand);
        var updated = await changer.ChangeAsync(stream, new StreamChange.SetWarmThroughput(warm), call);
        await call.AnswerAsync(writer =>
        {
            writer.String("StreamARN", StreamReference.Arn(stream, call.AccountId));
            writer.String("StreamName", stream.Name);
            StreamShapes.WriteWarmThroughput(writer, updated.After);
        });
    }
}
