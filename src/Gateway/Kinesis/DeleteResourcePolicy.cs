using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DeleteResourcePolicy(IStreams streams, bool isCompat) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input = [Members.ResourceArn];

    public string Operation => "DeleteResourcePolicy";

    public async Task InvokeAsync(KinesisCall call)
    {
        var resource = ResourceReference.Resolve(call.Read(Input).Text("ResourceARN")!, call);
        if (resource.Consumer is not null) resource.ConsumerOf(await streams.DescriptionAsync(resource.Stream, call), call);
        await streams.SetPolicyAsync(resource, policy: null, isCompat, call);
    }
}

/// <summary>What attaching and detaching of a policy have in common.</summary>
internal static class PolicyChange
{
    /// <summary>Answers the call once the change is durable.</summary>
    public static async Task SetPolicyAsync(this IStreams streams, ResourceReference resource, string? policy, bool isCompat, KinesisCall call)
    {
        switch (await streams.UpdateStreamAsync(
            resource.Stream, new StreamChange.SetPolicy(resource.Consumer, policy), isCompat, call.Aborted))
        {
            case UpdateStreamResult.Updated:
                await call.AnswerEmptyAsync();
                break;
            case UpdateStreamResult.NotFound:
                throw call.StreamNotFound(resource.Stream);
            case UpdateStreamResult.Refused { Reason: ChangeRefusal.NoPolicy }:
                throw KinesisErrors.NotFound($"No resource policy found for resource ARN {resource.Arn}.");
            case UpdateStreamResult.Refused { Reason: ChangeRefusal.ConsumerNotFound }:
                throw resource.ConsumerNotFound(call);
            case UpdateStreamResult.Refused { Reason: ChangeRefusal.NotActive, Stream: var stream }:
                throw KinesisErrors.InUse(
                    $"Stream {stream.Id.Name} under account {call.AccountId} not ACTIVE, instead in state {StreamShapes.Status(stream.Status)}");
            default:
                throw KinesisErrors.InternalFailure();
        }
    }
}
