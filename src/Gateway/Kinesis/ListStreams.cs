using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class ListStreams(IStreams streams, PageTokens tokens) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
        [Members.Limit("Limit"), Members.Name("ExclusiveStartStreamName"), Members.NextToken];

    public string Operation => "ListStreams";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var start = input.Text("NextToken") is { } token
            ? tokens.Read(TokenPurpose.ListStreams, token)
            : input.Text("ExclusiveStartStreamName");
        var limit = Math.Min(input.Integer("Limit") ?? KinesisLimits.ListStreamsPageMax, KinesisLimits.ListStreamsPageMax);
        if (await streams.ListStreamsAsync(call.Region, start, limit, call.Aborted) is not ListStreamsResult.Page page)
            throw KinesisErrors.InternalFailure();
        await call.AnswerAsync(writer =>
        {
            writer.Strings("StreamNames", page.Streams.Select(s => s.Name));
            writer.Bool("HasMoreStreams", page.HasMore);
            if (page.HasMore) writer.String("NextToken", tokens.Write(TokenPurpose.ListStreams, page.Streams[^1].Name));
            writer.List("StreamSummaries", page.Streams, (w, stream) => StreamShapes.WriteSummary(w, stream, call.Region, call.AccountId));
        });
    }
}
