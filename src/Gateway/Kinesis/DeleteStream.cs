using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteStream(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.StreamName, new("EnforceConsumerDeletion", MemberType.Boolean), Members.StreamArn];

    public string Operation => "DeleteStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var found = await streams.DescriptionAsync(stream, call);
        if (found.Consumers.Length > 0 && found.Status != StreamStatus.Deleting && input.Bool("EnforceConsumerDeletion") is not true)
        {
            throw KinesisErrors.InUse(
                $"Stream {stream.Name} under account {call.AccountId} has registered consumers ({found.Consumers.Length}). "
                + "Deregister them, or delete the stream with EnforceConsumerDeletion.");
        }
        switch (await streams.DeleteStreamAsync(stream, call.Aborted))
        {
            case DeleteStreamResult.Deleting:
                await call.AnswerEmptyAsync();
                break;
            case DeleteStreamResult.NotFound:
                throw call.StreamNotFound(stream);
            case DeleteStreamResult.InUse inUse:
                throw ChangeErrors.NotActive(stream, inUse.Status, call);
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
