using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>There are no channels here: their delivery to S3 and Iceberg tables is what pipelines are for.</summary>
internal sealed class CreateChannel : IApiAction
{
    private static readonly ImmutableArray<Member> Input = [new("ChannelName", MemberType.String) { IsRequired = true }];

    public string Operation => "CreateChannel";

    public Task InvokeAsync(ApiCall call)
    {
        var name = call.Read(Input).Text("ChannelName");
        throw KinesisErrors.InvalidArgument($"Channel {name} cannot be created: channels are not served here.");
    }
}
