using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Management.Inspection;

/// <summary>
/// Creating, deleting, splitting, merging and scaling streams, by the same decisions as the Kinesis API, without its rates. What is asked for
/// again where it is so already is done.
/// </summary>
/// <param name="shards">Null while the node starts.</param>
public sealed class StreamChangesPage(Func<IStreams?> shards) : IManagementPage
{
    /// <summary>With which an on-demand stream begins, as the Kinesis API has it.</summary>
    private const int OnDemandShards = 4;

    /// <summary>The plan of a reshard is as large as its target (limit of UpdateShardCount).</summary>
    private const int ShardsMax = 10_000;

    private const int NameLengthMax = 128;

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Post("/streams/{region}", CreateAsync),
        ManagementRoute.Delete("/streams/{region}/{stream}", DeleteAsync),
        ManagementRoute.Post("/streams/{region}/{stream}/split", SplitAsync),
        ManagementRoute.Post("/streams/{region}/{stream}/merge", MergeAsync),
        ManagementRoute.Post("/streams/{region}/{stream}/scale", ScaleAsync),
    ];

    private async Task CreateAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var order = await call.ReadAsync(InspectionJson.Default.CreateOrder);
        if (order.Name.Length is 0 or > NameLengthMax || !order.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            throw ManagementException.BadRequest($"The name '{order.Name}' is not one; allowed are 1 to {NameLengthMax} letters, digits, '_', '.' and '-'.");
        var region = call["region"];
        if (!Regions.IsValidName(region))
            throw ManagementException.BadRequest($"'{region}' is not a region; allowed are 1 to 64 letters, digits, '-', '_' and '.', such as us-east-1.");
        var (mode, count) = ModeAndShards(order);
        switch (await streams.CreateStreamAsync(new StreamId(region, order.Name), count, StreamConfiguration.Plain(mode), call.Cancel))
        {
            case CreateStreamResult.Created:
                await call.DoneAsync($"Creating the stream {order.Name} in region {region} with {count} shards");
                break;
            case CreateStreamResult.AlreadyExists:
                throw ManagementException.Conflict($"There is a stream {order.Name} in region {region} already.");
            case CreateStreamResult.ShardQuotaExceeded quota:
                throw Quota(region, quota.Current, quota.Limit, quota.Requested);
            case CreateStreamResult.Unavailable unavailable:
                throw ManagementException.Unavailable($"The catalogue of region {region} did not confirm; the stream may have been created: {unavailable.Detail}");
        }
    }

    private async Task DeleteAsync(ManagementCall call)
    {
        var id = StreamOfCall.Id(call);
        switch (await Opened.Of(shards).DeleteStreamAsync(id, call.Cancel))
        {
            case DeleteStreamResult.Deleting:
                await call.DoneAsync($"Deleting the stream {id.Name} in region {id.Region}");
                break;
            case DeleteStreamResult.NotFound:
                throw StreamOfCall.Unknown(id);
            case DeleteStreamResult.InUse inUse:
                throw ManagementException.Conflict($"The stream {id} is {inUse.Status.ToString().ToUpperInvariant()}; it is deleted once it is ACTIVE.");
            case DeleteStreamResult.Unavailable unavailable:
                throw ManagementException.Unavailable($"The catalogue did not confirm; the deletion may have begun: {unavailable.Detail}");
        }
    }

    private async Task SplitAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var order = await call.ReadAsync(InspectionJson.Default.SplitOrder);
        var number = StreamOfCall.Number(order.Shard);
        UInt128 key;
        if (order.NewStartingHashKey is null)
        {
            var range = StreamOfCall.Shard(await StreamOfCall.DescribeAsync(streams, call), order.Shard).Range;
            key = range.Starting + ((range.Ending - range.Starting) / 2) + 1;
        }
        else if (!HashKeys.TryParse(order.NewStartingHashKey, out key, out _))
        {
            throw ManagementException.BadRequest($"newStartingHashKey is '{order.NewStartingHashKey}'; allowed is a whole number from 0 to {UInt128.MaxValue}.");
        }

        await ChangeAsync(streams, call, new StreamChange.Split(number, key), $"Splitting {ShardIds.Format(number)} at {HashKeys.Format(key)}");
    }

    private async Task MergeAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var order = await call.ReadAsync(InspectionJson.Default.MergeOrder);
        var stream = await StreamOfCall.DescribeAsync(streams, call);
        var (a, b) = (StreamOfCall.Shard(stream, order.Shard), StreamOfCall.Shard(stream, order.AdjacentShard));
        // People name two neighbours in either order.
        var (lower, upper) = a.Range.Starting < b.Range.Starting ? (a, b) : (b, a);
        await ChangeAsync(streams, call, new StreamChange.Merge(lower.Key.Shard, upper.Key.Shard), $"Merging {lower.Key.ShardId} and {upper.Key.ShardId}");
    }

    private async Task ScaleAsync(ManagementCall call)
    {
        var order = await call.ReadAsync(InspectionJson.Default.ScaleOrder);
        if (order.Shards is < 1 or > ShardsMax) throw ManagementException.BadRequest($"shards is {order.Shards}; allowed is 1 to {ShardsMax}.");
        await ChangeAsync(Opened.Of(shards), call, new StreamChange.Scale(order.Shards), $"Scaling to {order.Shards} shards");
    }

    private static async Task ChangeAsync(IStreams streams, ManagementCall call, StreamChange change, string done)
    {
        var id = StreamOfCall.Id(call);
        switch (await streams.UpdateStreamAsync(id, change, isCompat: false, call.Cancel))
        {
            case UpdateStreamResult.Updated:
                await call.DoneAsync($"{done}, stream {id.Name} in region {id.Region}");
                break;
            case UpdateStreamResult.NotFound:
                throw StreamOfCall.Unknown(id);
            case UpdateStreamResult.Refused refused:
                throw Refusal(refused, change);
            case UpdateStreamResult.Unavailable unavailable:
                throw ManagementException.Unavailable($"The stream {id} did not confirm; the change may have been made: {unavailable.Detail}");
        }
    }

    private static (StreamMode Mode, int Shards) ModeAndShards(CreateOrder order)
    {
        var mode = order.Mode switch
        {
            null => order.Shards is null ? StreamMode.OnDemand : StreamMode.Provisioned,
            "Provisioned" => StreamMode.Provisioned,
            "OnDemand" => StreamMode.OnDemand,
            var other => throw ManagementException.BadRequest($"mode is '{other}'; allowed are Provisioned and OnDemand."),
        };
        return (mode, order.Shards) switch
        {
            (StreamMode.OnDemand, null) => (mode, OnDemandShards),
            (StreamMode.OnDemand, _) => throw ManagementException.BadRequest("shards is not for a stream in mode OnDemand, which counts its shards by itself."),
            (_, null) => throw ManagementException.BadRequest("shards is missing; a stream in mode Provisioned needs it."),
            (_, < 1 or > ShardsMax) => throw ManagementException.BadRequest($"shards is {order.Shards}; allowed is 1 to {ShardsMax}."),
            (_, var count) => (mode, count.Value),
        };
    }

    private static ManagementException Refusal(UpdateStreamResult.Refused refused, StreamChange change)
    {
        var stream = refused.Stream;
        return (refused.Reason, change) switch
        {
            (ChangeRefusal.NotActive, _) => ManagementException.Conflict(
                $"The stream {stream.Id} is {stream.Status.ToString().ToUpperInvariant()}; it can be changed once it is ACTIVE."),
            (ChangeRefusal.ShardNotFound, StreamChange.Split split) => ManagementException.NotFound($"The stream {stream.Id} has no shard {ShardIds.Format(split.Shard)}."),
            (ChangeRefusal.ShardClosed, _) => ManagementException.Conflict("The shard was split or merged before; it takes no more records."),
            (ChangeRefusal.NotAdjacent, StreamChange.Merge merge) => ManagementException.Conflict(
                $"{ShardIds.Format(merge.Shard)} and {ShardIds.Format(merge.Adjacent)} do not touch; only neighbours can be merged."),
            (ChangeRefusal.HashKeyOutside, StreamChange.Split split) when stream.Shards.FirstOrDefault(s => s.Key.Shard == split.Shard) is { Range: var range } =>
                ManagementException.BadRequest(
                    $"newStartingHashKey {HashKeys.Format(split.NewStarting)} does not leave both children room; allowed is what lies between "
                    + $"{HashKeys.Format(range.Starting)} and {HashKeys.Format(range.Ending)}, not beside them."),
            (ChangeRefusal.OnDemand, _) => ManagementException.Conflict($"The stream {stream.Id} is in mode OnDemand: it divides and joins its shards by itself."),
            (ChangeRefusal.ShardQuota, _) => Quota(stream.Id.Region, refused.Current, refused.Limit, refused.Requested),
            (var reason, _) => ManagementException.Conflict($"The stream {stream.Id} refuses it: {reason}."),
        };
    }

    private static ManagementException Quota(string region, int current, int limit, int requested) => ManagementException.Conflict(string.Create(
        CultureInfo.InvariantCulture, $"Region {region} has {current} shards of {limit}; {requested} more are too many (Shards:ShardQuota)."));
}
