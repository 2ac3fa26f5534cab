using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class MergeShards(StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.Name("ShardToMerge", required: true),
        Members.Name("AdjacentShardToMerge", required: true),
        Members.StreamName,
        Members.StreamArn,
    ];

    public string Operation => "MergeShards";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var change = new StreamChange.Merge(
            ShardReference.Number(input, "ShardToMerge", stream, call), ShardReference.Number(input, "AdjacentShardToMerge", stream, call));
        await changer.ChangeAsync(stream, change, call);
        await call.AnswerEmptyAsync();
    }
}
