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
        var stream = StreamReference.Resolve(ShapeReader.Read(call.Body.Span, Input), call);
        switch (await streams.DeleteStreamAsync(stream, call.Aborted))
        {
            case DeleteStreamResult.Deleting:
                await JsonAnswer.WriteEmptyAsync(call.Response, call.ContentType);
                break;
            case DeleteStreamResult.NotFound:
                throw call.StreamNotFound(stream);
            case DeleteStreamResult.InUse inUse:
                throw KinesisErrors.InUse(
                    $"Stream {stream.Name} under account {call.AccountId} not ACTIVE, instead in state {StreamJson.Status(inUse.Status)}");
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
