using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Lists consumers in order of name. A token goes on in the stream that it was made for, and in no later one of its name.</summary>
internal sealed class ListStreamConsumers(IStreams streams, PageTokens tokens) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        Members.Limit("MaxResults"), Members.NextToken, Members.StreamArn with { IsRequired = true }, Members.StreamCreationTimestamp,
    ];

    public string Operation => "ListStreamConsumers";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var id = StreamReference.Resolve(null, input.Text("StreamARN"), call);
        var (createdAtMs, after) = input.Text("NextToken") is { } token
            ? Continue(token, input, id)
            : (input.TimestampMs("StreamCreationTimestamp"), null);
        var stream = await streams.DescriptionAsync(id, call);
        var streamCreatedAtMs = stream.CreatedAt.ToUnixTimeMilliseconds();
        if (createdAtMs is { } meant && meant / 1000 != streamCreatedAtMs / 1000) throw call.StreamNotFound(id);
        var consumers = stream.Consumers
            .Where(c => after is null || string.CompareOrdinal(c.Name, after) > 0)
            .OrderBy(c => c.Name, StringComparer.Ordinal)
            .ToList();
        var limit = Math.Min(input.Integer("MaxResults") ?? KinesisLimits.ListStreamConsumersPageMax, KinesisLimits.ListStreamConsumersPageMax);
        await call.AnswerAsync(answer =>
        {
            answer.List("Consumers", consumers.Take(limit), (w, c) => ConsumerShapes.Write(w, id, c, ConsumerShapes.Active, call.AccountId));
            if (consumers.Count > limit)
                answer.String("NextToken", tokens.Write(TokenPurpose.ListStreamConsumers, Token(id, streamCreatedAtMs, consumers[limit - 1].Name)));
        });
    }

    private (long? CreatedAtMs, string? After) Continue(string token, ShapeValues input, StreamId stream)
    {
        if (input.TimestampMs("StreamCreationTimestamp") is not null)
            throw KinesisErrors.InvalidArgument("NextToken and StreamCreationTimestamp cannot be provided together.");
        var parts = tokens.Read(TokenPurpose.ListStreamConsumers, token).Split(' ');
        return parts[0] == stream.Region && parts[1] == stream.Name
            ? (long.Parse(parts[2], CultureInfo.InvariantCulture), parts[3])
            : throw KinesisErrors.InvalidNextToken();
    }

    // Names hold no spaces.
    private static string Token(StreamId stream, long createdAtMs, string last) =>
        string.Create(CultureInfo.InvariantCulture, $"{stream.Region} {stream.Name} {createdAtMs} {last}");
}
