using System.Collections.Immutable;
using ActorStreams.Gateway.Policies;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Attaches a policy in place of the one before. A policy that says what cannot be enforced is refused.</summary>
internal sealed class PutResourcePolicy(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [new("Policy", MemberType.String) { IsRequired = true }, Members.ResourceArn];

    public string Operation => "PutResourcePolicy";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var policy = input.Text("Policy")!;
        var (resource, _, _) = await streams.ResourceAsync(input, call);
        try
        {
            PolicyReader.Read(
                policy, resource.Arn, resource.Consumer is null ? SharedOperations.OfStreams : SharedOperations.OfConsumers);
        }
        catch (PolicyException e)
        {
            throw KinesisErrors.InvalidArgument($"The policy cannot be attached: {e.Message}");
        }
        await changer.ChangeAsync(resource.Stream, new StreamChange.SetPolicy(resource.Consumer, policy), call);
        await call.AnswerEmptyAsync();
    }
}
