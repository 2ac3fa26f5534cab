using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteStream(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.StreamName, new("EnforceConsumerDeletion", MemberType.Boolean), Members.StreamArn];

    public string Operation => "DeleteStream";

    public async Task InvokeAsync(KinesisCall call)
    {
        var stream = StreamReference.Resolve(call.Read(Input), call);
        await streams.AuthorizeAsync(stream, call);
        switch (await streams.DeleteStreamAsync(stream, call.Aborted))
        {
            case DeleteStreamResult.Deleting:
                await call.AnswerEmptyAsync();
                break;
            case DeleteStreamResult.NotFound:
                throw call.StreamNotFound(stream);
            case DeleteStreamResult.InUse inUse:
                throw KinesisErrors.InUse(
                    $"Stream {stream.Name} under account {call.AccountId} not ACTIVE, instead in state {StreamShapes.Status(inUse.Status)}");
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
