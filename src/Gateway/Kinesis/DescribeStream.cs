using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeStream(IStreams streams) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Limit("Limit"), Members.Name("ExclusiveStartShardId"), Members.StreamName, Members.StreamArn];

    public string Operation => "DescribeStream";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var id = StreamReference.Resolve(input, call);
        var after = -1;
        if (input.Text("ExclusiveStartShardId") is { } start && !ShardIds.TryParse(start, out after))
            throw KinesisErrors.ShardNotParsed(start, id.Name, call.AccountId);
        var stream = await streams.DescriptionAsync(id, call);
        var shards = stream.Status == StreamStatus.Creating ? [] : stream.Shards.Where(s => s.Key.Shard > after).ToList();
        var limit = Math.Min(input.Integer("Limit") ?? KinesisLimits.DescribeStreamShardsMax, KinesisLimits.DescribeStreamShardsMax);
        await call.AnswerAsync(answer => answer.Object("StreamDescription", writer =>
        {
            StreamShapes.WriteCommon(writer, stream, call.AccountId);
            writer.List("Shards", shards.Take(limit), StreamShapes.WriteShard);
            writer.Bool("HasMoreShards", shards.Count > limit);
        }));
    }
}
