using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>No channel is ever there; see <see cref="CreateChannel"/>.</summary>
internal static class Channels
{
    private static readonly ImmutableArray<Member> Input = [new("ChannelARN", MemberType.String) { IsRequired = true }];

    public static ApiException NotFound(ApiCall call) =>
        KinesisErrors.NotFound($"Channel {call.Read(Input).Text("ChannelARN")}, account {call.AccountId} not found.");
}
