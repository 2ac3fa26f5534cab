using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Lists shards in order of number, a page at a time. What follows on a page keeps the filter of the first one.</summary>
internal sealed class ListShards(IStreams streams, PageTokens tokens, TimeProvider time, CompatLimits? limits) : IApiAction
{
    private static readonly ImmutableArray<string> FilterTypes =
        ["AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"];

    private static readonly ImmutableArray<Member> Input =
    [
        Members.Name("ExclusiveStartShardId"),
        Members.Limit("MaxResults"),
        Members.NextToken,
        new("ShardFilter", MemberType.Structure)
        {
            Members =
            [
                new("Type", MemberType.String) { IsRequired = true, Allowed = FilterTypes },
                Members.Name("ShardId"),
                new("Timestamp", MemberType.Timestamp),
            ],
        },
        Members.StreamCreationTimestamp,
        Members.StreamName,
        Members.StreamArn,
    ];

    public string Operation => "ListShards";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var page = input.Text("NextToken") is { } token ? Continue(token, input, call) : Begin(input, call);
        var stream = await streams.DescriptionAsync(page.Stream, call);
        limits?.TakeListShards(page.Stream, call);
        // Another life of the stream: for this request, and for the token of a former life, it is not the one that was meant.
        if (page.CreatedAtMs is { } createdAtMs && createdAtMs / 1000 != stream.CreatedAt.ToUnixTimeMilliseconds() / 1000)
            throw call.StreamNotFound(page.Stream);
        if (stream.Status == StreamStatus.Creating)
        {
            throw ChangeErrors.NotActive(page.Stream, stream.Status, call);
        }
        var filter = page.Filter with { AtMs = AtMs(page.Filter, stream) };
        var shards = stream.Shards.Where(s => s.Key.Shard > page.After && filter.Passes(s)).ToList();
        var limit = Math.Min(input.Integer("MaxResults") ?? KinesisLimits.ListShardsPageMax, KinesisLimits.ListShardsPageMax);
        await call.AnswerAsync(writer =>
        {
            writer.List("Shards", shards.Take(limit), StreamShapes.WriteShard);
            if (shards.Count <= limit) return;
            var next = page with { After = shards[limit - 1].Key.Shard, Filter = filter, CreatedAtMs = stream.CreatedAt.ToUnixTimeMilliseconds() };
            writer.String("NextToken", tokens.Write(TokenPurpose.ListShards, next.ToText()));
        });
    }

    private Page Continue(string token, ShapeValues input, ApiCall call)
    {
        if (input.Text("StreamName") is not null || input.Text("StreamARN") is not null)
            throw KinesisErrors.InvalidArgument("NextToken and StreamName cannot be provided together.");
        if (input.Text("ExclusiveStartShardId") is not null)
            throw KinesisErrors.InvalidArgument("NextToken and ExclusiveStartShardId cannot be provided together.");
        if (input.TimestampMs("StreamCreationTimestamp") is not null)
            throw KinesisErrors.InvalidArgument("NextToken and StreamCreationTimestamp cannot be provided together.");
        return Page.Read(tokens.Read(TokenPurpose.ListShards, token), call.Region);
    }

    private static Page Begin(ShapeValues input, ApiCall call)
    {
        var stream = StreamReference.Resolve(input, call);
        var after = -1;
        if (input.Text("ExclusiveStartShardId") is { } start && !ShardIds.TryParse(start, out after))
            throw KinesisErrors.ShardNotParsed(start, stream.Name, call.AccountId);
        var filter = input.Structure("ShardFilter");
        var type = filter?.Text("Type") ?? "FROM_TRIM_HORIZON";
        if (type is "AT_TIMESTAMP" or "FROM_TIMESTAMP" && filter?.TimestampMs("Timestamp") is null)
            throw KinesisErrors.InvalidArgument($"ShardFilter of type {type} needs a Timestamp.");
        if (type == "AFTER_SHARD_ID")
        {
            if (filter?.Text("ShardId") is not { } id) throw KinesisErrors.InvalidArgument($"ShardFilter of type {type} needs a ShardId.");
            if (!ShardIds.TryParse(id, out var shard)) throw KinesisErrors.ShardNotParsed(id, stream.Name, call.AccountId);
            after = Math.Max(after, shard);
        }
        return new Page(stream, after, new Filter(type, filter?.TimestampMs("Timestamp") ?? 0), input.TimestampMs("StreamCreationTimestamp"));
    }

    /// <summary>No shard is asked for at a time whose records are all gone, or that was before the stream.</summary>
    private long AtMs(Filter filter, StreamDescription stream)
    {
        var horizonMs = Math.Max(
            time.GetUtcNow().AddHours(-stream.RetentionHours).ToUnixTimeMilliseconds(), stream.CreatedAt.ToUnixTimeMilliseconds());
        return filter.Type == "AT_TRIM_HORIZON" && filter.AtMs == 0 ? horizonMs : Math.Max(filter.AtMs, horizonMs);
    }

    /// <param name="AtMs">The time that the type is about, ms since 1970; 0 where the request has none.</param>
    private sealed record Filter(string Type, long AtMs)
    {
        // Both ends count, as the service documents: whoever reads from a time on misses no record of the very millisecond of a split.
        public bool Passes(ShardDescription shard) => Type switch
        {
            "AT_LATEST" => shard.EndingSequenceNumber is null,
            "AT_TRIM_HORIZON" or "AT_TIMESTAMP" => shard.OpenedAtMs <= AtMs && IsOpenFrom(shard),
            "FROM_TIMESTAMP" => IsOpenFrom(shard),
            _ => true,
        };

        private bool IsOpenFrom(ShardDescription shard) => shard.EndingSequenceNumber is null || shard.ClosedAtMs >= AtMs;
    }

    /// <param name="CreatedAtMs">Which life of the stream is meant; null for the present one.</param>
    private sealed record Page(StreamId Stream, int After, Filter Filter, long? CreatedAtMs)
    {
        // Names hold no spaces.
        public string ToText() => string.Create(
            CultureInfo.InvariantCulture, $"{Stream.Region} {Stream.Name} {After} {Filter.Type} {Filter.AtMs} {CreatedAtMs!.Value}");

        public static Page Read(string text, string region)
        {
            var parts = text.Split(' ');
            if (parts[0] != region) throw KinesisErrors.InvalidNextToken();
            return new Page(
                new StreamId(region, parts[1]),
                int.Parse(parts[2], CultureInfo.InvariantCulture),
                new Filter(parts[3], long.Parse(parts[4], CultureInfo.InvariantCulture)),
                long.Parse(parts[5], CultureInfo.InvariantCulture));
        }
    }
}
