using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListStreams(IStreams streams, PageTokens tokens) : IKinesisAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Limit("Limit"), Members.Name("ExclusiveStartStreamName"), Members.NextToken];

    public string Operation => "ListStreams";

    public async Task InvokeAsync(KinesisCall call)
    {
        var input = ShapeReader.Read(call.Body.Span, Input);
        var start = input.Text("NextToken") is { } token
            ? tokens.Read(TokenPurpose.ListStreams, token)
            : input.Text("ExclusiveStartStreamName");
        var limit = Math.Min(input.Integer("Limit") ?? KinesisLimits.ListStreamsPageMax, KinesisLimits.ListStreamsPageMax);
        if (await streams.ListStreamsAsync(call.Region, start, limit, call.Aborted) is not ListStreamsResult.Page page)
            throw KinesisErrors.InternalFailure();
        await JsonAnswer.WriteAsync(
            call.Response,
            call.ContentType,
            writer =>
            {
                writer.WriteStartArray("StreamNames");
                foreach (var stream in page.Streams) writer.WriteStringValue(stream.Name);
                writer.WriteEndArray();
                writer.WriteBoolean("HasMoreStreams", page.HasMore);
                if (page.HasMore) writer.WriteString("NextToken", tokens.Write(TokenPurpose.ListStreams, page.Streams[^1].Name));
                writer.WriteStartArray("StreamSummaries");
                foreach (var stream in page.Streams) StreamJson.WriteSummary(writer, stream, call.Region, call.AccountId);
                writer.WriteEndArray();
            },
            call.Aborted);
    }
}
