using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.FanOut;

/// <summary>Which consumer an ARN names: <c>arn:aws:kinesis:region:account:stream/name/consumer/name:created</c>, seconds since 1970.</summary>
internal sealed record ConsumerReference(StreamId Stream, string Name, long CreatedAtSeconds)
{
    /// <param name="arn">Already of the form that the API model asks for, which allows more than there can be here.</param>
    /// <returns>Null when no consumer of this installation can have the name.</returns>
    public static ConsumerReference? Parse(string arn, KinesisCall call)
    {
        var parts = arn.Split(':');
        if (parts is not [_, _, "kinesis", var region, var account, var resource, var created] || region != call.Region || account != call.AccountId)
            return null;
        return resource.Split('/') is ["stream", var stream, "consumer", var name] && long.TryParse(created, out var seconds)
            ? new ConsumerReference(new StreamId(region, stream), name, seconds)
            : null;
    }
}
