using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class DescribeStream(IStreams streams) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Limit("Limit"), Members.Name("ExclusiveStartShardId"), Members.StreamName, Members.StreamArn];

    public string Operation => "DescribeStream";

    public async Task InvokeAsync(KinesisCall call)
    {
        var input = ShapeReader.Read(call.Body.Span, Input);
        var id = StreamReference.Resolve(input, call);
        var after = -1;
        if (input.Text("ExclusiveStartShardId") is { } start && !ShardIds.TryParse(start, out after))
            throw KinesisErrors.ShardNotParsed(start, id.Name, call.AccountId);
        var stream = await streams.DescriptionAsync(id, call);
        var shards = stream.Status == StreamStatus.Creating ? [] : stream.Shards.Where(s => s.Key.Shard > after).ToList();
        var limit = Math.Min(input.Integer("Limit") ?? KinesisLimits.DescribeStreamShardsMax, KinesisLimits.DescribeStreamShardsMax);
        await JsonAnswer.WriteAsync(
            call.Response,
            call.ContentType,
            writer =>
            {
                writer.WriteStartObject("StreamDescription");
                StreamJson.WriteCommon(writer, stream, call.AccountId);
                writer.WriteStartArray("Shards");
                foreach (var shard in shards.Take(limit)) StreamJson.WriteShard(writer, shard);
                writer.WriteEndArray();
                writer.WriteBoolean("HasMoreShards", shards.Count > limit);
                writer.WriteEndObject();
            },
            call.Aborted);
    }
}
