using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class UpdateStreamMode(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.StreamModeDetails with { IsRequired = true },
        Members.StreamArn with { IsRequired = true },
        Members.WarmThroughput,
    ];

    public string Operation => "UpdateStreamMode";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(null, input.Text("StreamARN"), call);
        var mode = input.Structure("StreamModeDetails")!.Text("StreamMode") == "ON_DEMAND" ? StreamMode.OnDemand : StreamMode.Provisioned;
        await streams.DescriptionAsync(stream, call);
        await changer.ChangeAsync(stream, new StreamChange.SetMode(mode, WarmThroughput.Read(input, mode)), call);
        await call.AnswerEmptyAsync();
    }
}
