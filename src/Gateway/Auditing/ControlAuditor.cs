using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Auditing;

/// <summary>Tells control calls from others, and what they asked for.</summary>
internal sealed class ControlAuditor(IControlAudit audit, TimeProvider time)
{
    private const int ValueCharsMax = 2_048;

    // Everything else changes something. A new operation is one of those until it is written here.
    private static readonly FrozenSet<string> s_unaudited =
    [
        "PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "SubscribeToShard", "DescribeAccountSettings", "DescribeChannel", "DescribeLimits",
        "DescribeStream", "DescribeStreamConsumer", "DescribeStreamSummary", "GetResourcePolicy", "ListChannels", "ListShards", "ListStreamConsumers",
        "ListStreams", "ListTagsForResource", "ListTagsForStream", "PutRecordBatch", "DescribeDeliveryStream", "ListDeliveryStreams",
        "ListTagsForDeliveryStream", "CheckStream", "CheckDeliveryStream",
    ];

    private static readonly ImmutableArray<Member> s_parameters =
    [
        .. ((string[])
        [
            "StreamName", "StreamARN", "ResourceARN", "ConsumerARN", "ConsumerName", "ShardToSplit", "NewStartingHashKey", "ShardToMerge",
            "AdjacentShardToMerge", "ScalingType", "EncryptionType", "KeyId", "Policy",
        ]).Select(name => new Member(name, MemberType.String)),
        .. ((string[])["ShardCount", "TargetShardCount", "RetentionPeriodHours", "MaxRecordSizeInKiB", "WarmThroughputMiBps"])
            .Select(name => new Member(name, MemberType.Integer)),
        new("EnforceConsumerDeletion", MemberType.Boolean),
        new("Tags", MemberType.StringMap),
        new("TagKeys", MemberType.StringList),
        new("ShardLevelMetrics", MemberType.StringList),
        new("StreamModeDetails", MemberType.Structure) { Members = [new("StreamMode", MemberType.String)] },
    ];

    // A request that breaks constraints is noted with what it says all the same.
    private static readonly ImmutableArray<Member> s_ofDeliveries = [.. ((Member[])
    [
        .. ((string[])["DeliveryStreamName", "DeliveryStreamType", "CurrentDeliveryStreamVersionId", "DestinationId"]).Select(name => new Member(name, MemberType.String)),
        new("KinesisStreamSourceConfiguration", MemberType.Structure) { Members = [new("KinesisStreamARN", MemberType.String)] },
        DeliveryMembers.Encryption,
        new("AllowForceDelete", MemberType.Boolean),
        new("TagKeys", MemberType.StringList),
        DeliveryMembers.Tags,
        .. DestinationKind.Configurations,
        .. DestinationKind.Updates,
    ]).Select(m => m.Unconstrained())];

    /// <summary>Records and questions pass by: they are nearly all calls, and change nothing.</summary>
    public static bool Watches(string operation) => !s_unaudited.Contains(operation);

    public async Task WatchAsync(ApiCall call, Func<ApiCall, Task> work)
    {
        // Read before: an action may decode in place.
        var parameters = Parameters(call);
        try
        {
            await work(call);
            Note(call, parameters, null, null);
        }
        catch (ApiException e)
        {
            Note(call, parameters, e.Type, e.Detail);
            throw;
        }
        catch (Exception e)
        {
            // The client is gone or an invariant is broken; the change may have been made.
            Note(call, parameters, "Unknown", e.GetType().Name);
            throw;
        }
    }

    private void Note(ApiCall call, IReadOnlyDictionary<string, string> parameters, string? error, string? detail) => audit.Called(new ControlCall(
        time.GetUtcNow(), call.Operation, call.Region, call.Caller.Arn, call.Caller.AccessKeyId, call.RemoteAddress, Shortened(call.Header("User-Agent") ?? ""),
        call.Response.Headers["x-amzn-RequestId"].ToString(), parameters, error, detail));

    private static SortedDictionary<string, string> Parameters(ApiCall call)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var members = call.Api == ServiceApi.Firehose ? s_ofDeliveries : s_parameters;
            var values = call.Read(members);
            foreach (var member in members)
            {
                if (values.Raw(member.Name) is { } value) parameters[member.Name] = Shortened(Text(value, member));
            }
        }
        catch (ApiException)
        {
            // The action says what is wrong with it, and that is noted.
        }

        return parameters;
    }

    private static string Text(object value, Member member) => value switch
    {
        ShapeValues mode when member.Name == "StreamModeDetails" => mode.Text("StreamMode") ?? "",
        ShapeValues structure => DestinationSecrets.Removed(DestinationDocuments.Of(structure, member.Members)).ToJsonString(),
        IReadOnlyList<ShapeValues> tags => string.Join(", ", tags.Select(t => $"{t.Text("Key")}={t.Text("Value")}")),
        IReadOnlyDictionary<string, string> map => string.Join(", ", map.Select(e => $"{e.Key}={e.Value}")),
        IReadOnlyList<string> list => string.Join(", ", list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Shortened(string text) => text.Length <= ValueCharsMax ? text : text[..ValueCharsMax] + "...";
}
