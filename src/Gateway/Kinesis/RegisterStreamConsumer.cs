using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class RegisterStreamConsumer(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Name("ConsumerName", required: true), Members.StreamArn with { IsRequired = true }, Members.Tags];

    public string Operation => "RegisterStreamConsumer";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(null, input.Text("StreamARN"), call);
        var name = input.Text("ConsumerName")!;
        await streams.DescriptionAsync(stream, call);
        var updated = await changer.ChangeAsync(stream, new StreamChange.RegisterConsumer(name, TagRules.Read(input)), call);
        var consumer = updated.After.Consumer(name)!;
        await call.AnswerAsync(answer => answer.Object(
            "Consumer", writer => ConsumerShapes.Write(writer, stream, consumer, ConsumerShapes.Creating, call.AccountId)));
    }
}
