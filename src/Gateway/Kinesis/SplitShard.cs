using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

internal sealed class SplitShard(IStreams streams, StreamChanger changer) : IApiAction
{
    private static readonly ImmutableArray<Member> Input =
    [
        new("NewStartingHashKey", MemberType.String) { IsRequired = true, Pattern = Members.HashKeyPattern },
        Members.StreamName,
        Members.Name("ShardToSplit", required: true),
        Members.StreamArn,
    ];

    public string Operation => "SplitShard";

    public async Task InvokeAsync(ApiCall call)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var shard = ShardReference.Number(input, "ShardToSplit", stream, call);
        var said = input.Text("NewStartingHashKey")!;
        // A key beyond the space is refused as the last one of it, which no shard can be split at.
        var key = HashKeys.TryParse(said, out var parsed, out _) ? parsed : UInt128.MaxValue;
        var change = new StreamChange.Split(shard, key);
        if (await changer.TryChangeAsync(stream, change, call) is UpdateStreamResult.Refused refused)
        {
            await CheckQuotaAsync(refused, call);
            throw refused.Reason == ChangeRefusal.HashKeyOutside
                ? ChangeErrors.HashKeyOutside(said, shard, refused.Stream, call)
                : ChangeErrors.Of(refused, change, call);
        }
        await call.AnswerEmptyAsync();
    }

    /// <summary>The service looks at its quota before it looks at the key, and at whether the stream is at rest.</summary>
    private async Task CheckQuotaAsync(UpdateStreamResult.Refused refused, ApiCall call)
    {
        if (refused is not
            {
                Reason: ChangeRefusal.ShardClosed or ChangeRefusal.HashKeyOutside or ChangeRefusal.NotActive,
                Stream.Status: StreamStatus.Active or StreamStatus.Updating,
            })
            return;
        if (await streams.DescribeRegionAsync(call.Region, call.Aborted) is DescribeRegionResult.Found region && region.OpenShards >= region.ShardLimit)
            throw ChangeErrors.ShardQuota(region.OpenShards, region.ShardLimit, requested: 1, call);
    }
}
