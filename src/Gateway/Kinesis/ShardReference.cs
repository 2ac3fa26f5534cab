using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Which shard of a stream a request means.</summary>
internal static class ShardReference
{
    /// <summary>Its number, or the error for what is no shard's name; whether the stream has it is not asked.</summary>
    public static int Number(ShapeValues input, string member, StreamId stream, ApiCall call)
    {
        var id = input.Text(member)!;
        return ShardIds.TryParse(id, out var number) ? number : throw KinesisErrors.ShardNotParsed(id, stream.Name, call.AccountId);
    }
}
