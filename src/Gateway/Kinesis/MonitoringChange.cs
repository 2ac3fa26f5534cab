using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What switching shard-level metrics on and off have in common.</summary>
internal sealed class MonitoringChange(StreamChanger changer)
{
    private static readonly ImmutableArray<string> s_names =
    [
        nameof(ShardLevelMetrics.IncomingBytes), nameof(ShardLevelMetrics.IncomingRecords),
        nameof(ShardLevelMetrics.OutgoingBytes), nameof(ShardLevelMetrics.OutgoingRecords),
        nameof(ShardLevelMetrics.WriteProvisionedThroughputExceeded), nameof(ShardLevelMetrics.ReadProvisionedThroughputExceeded),
        nameof(ShardLevelMetrics.IteratorAgeMilliseconds),
    ];

    private static readonly ImmutableArray<Member> Input =
    [
        new("ShardLevelMetrics", MemberType.StringList)
        {
            IsRequired = true,
            LengthMin = 1,
            LengthMax = 7,
            Items = new("MetricsName", MemberType.String) { Allowed = [.. s_names, "ALL"] },
        },
        Members.StreamName,
        Members.StreamArn,
    ];

    public async Task InvokeAsync(ApiCall call, Func<ShardLevelMetrics, StreamChange> change)
    {
        var input = call.Read(Input);
        var stream = StreamReference.Resolve(input, call);
        var metrics = input.Texts("ShardLevelMetrics")!.Aggregate(ShardLevelMetrics.None, (all, name) => all | Parse(name));
        var updated = await changer.ChangeAsync(stream, change(metrics), call);
        await call.AnswerAsync(writer =>
        {
            writer.String("StreamName", stream.Name);
            writer.Strings("CurrentShardLevelMetrics", Names(updated.Before.Configuration.Metrics));
            writer.Strings("DesiredShardLevelMetrics", Names(updated.After.Configuration.Metrics));
            writer.String("StreamARN", StreamReference.Arn(stream, call.AccountId));
        });
    }

    /// <summary>One by one, never as ALL.</summary>
    public static IEnumerable<string> Names(ShardLevelMetrics metrics) => s_names.Where(n => metrics.HasFlag(Parse(n)));

    private static ShardLevelMetrics Parse(string name) => name == "ALL" ? ShardLevelMetrics.All : Enum.Parse<ShardLevelMetrics>(name);
}
