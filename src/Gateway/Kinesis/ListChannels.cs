using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListChannels : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [Members.Limit("MaxResults"), Members.NextToken];

    public string Operation => "ListChannels";

    public async Task InvokeAsync(ApiCall call)
    {
        // None is ever handed out.
        if (call.Read(Input).Text("NextToken") is not null) throw KinesisErrors.InvalidNextToken();
        await call.AnswerAsync(writer => writer.Strings("ChannelSummaries", []));
    }
}
