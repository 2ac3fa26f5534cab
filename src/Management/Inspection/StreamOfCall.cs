using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Management.Inspection;

/// <summary>The stream and the shard that the path of a call names.</summary>
internal static class StreamOfCall
{
    public static StreamId Id(ManagementCall call)
    {
        var region = call["region"];
        return Regions.IsValidName(region)
            ? new StreamId(region, call["stream"])
            : throw ManagementException.BadRequest($"'{region}' is not a region; allowed are 1 to 64 letters, digits, '-', '_' and '.', such as us-east-1.");
    }

    /// <exception cref="ManagementException">There is no such stream, or nobody says.</exception>
    public static async Task<StreamDescription> DescribeAsync(IStreams streams, ManagementCall call)
    {
        var id = Id(call);
        return await streams.DescribeStreamAsync(id, call.Cancel) switch
        {
            DescribeStreamResult.Found found => found.Stream,
            DescribeStreamResult.NotFound => throw Unknown(id),
            var other => throw ManagementException.Unavailable($"The stream {id} does not answer: {((DescribeStreamResult.Unavailable)other).Detail}"),
        };
    }

    public static ManagementException Unknown(StreamId id) => ManagementException.NotFound($"There is no stream {id.Name} in region {id.Region}.");

    public static ShardDescription Shard(StreamDescription stream, string name)
    {
        var number = Number(name);
        return stream.Shards.FirstOrDefault(s => s.Key.Shard == number)
            ?? throw ManagementException.NotFound($"The stream {stream.Id} has no shard {name}; it has {Named(stream)}.");
    }

    public static int Number(string name) => ShardIds.TryParse(name, out var number)
        ? number
        : throw ManagementException.BadRequest($"'{name}' is not a shard; wanted is one like {ShardIds.Format(0)}.");

    private static string Named(StreamDescription stream) => stream.Shards switch
    {
        [] => "none yet",
        [var only] => only.Key.ShardId,
        [var first, .., var last] => $"{stream.Shards.Length} of them from {first.Key.ShardId} to {last.Key.ShardId}",
    };
}

/// <summary>Parts of a node that are there once it has started.</summary>
internal static class Opened
{
    public static T Of<T>(Func<T?> part) where T : class => part() ?? throw ManagementException.Unavailable("The shards are not there yet.");
}
