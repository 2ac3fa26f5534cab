using System.Text.Json.Nodes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What all actions on a stream have in common: how they name it, and what they say when it is not there or not at rest.</summary>
public class ControlSpecs : GatewaySpecs
{
    /// <summary>Operations that take a name or an ARN, with what else they need.</summary>
    public static TheoryData<string, string> ByNameOrArn => new()
    {
        { "AddTagsToStream", "\"Tags\":{\"k\":\"v\"}" },
        { "RemoveTagsFromStream", "\"TagKeys\":[\"k\"]" },
        { "ListTagsForStream", "" },
        { "IncreaseStreamRetentionPeriod", "\"RetentionPeriodHours\":24" },
        { "DecreaseStreamRetentionPeriod", "\"RetentionPeriodHours\":24" },
        { "EnableEnhancedMonitoring", "\"ShardLevelMetrics\":[\"ALL\"]" },
        { "DisableEnhancedMonitoring", "\"ShardLevelMetrics\":[\"ALL\"]" },
        { "SplitShard", "\"ShardToSplit\":\"0\",\"NewStartingHashKey\":\"99\"" },
        { "MergeShards", "\"ShardToMerge\":\"0\",\"AdjacentShardToMerge\":\"1\"" },
        { "UpdateShardCount", "\"ScalingType\":\"UNIFORM_SCALING\",\"TargetShardCount\":2" },
        { "StartStreamEncryption", "\"EncryptionType\":\"KMS\",\"KeyId\":\"test-key\"" },
        { "StopStreamEncryption", "\"EncryptionType\":\"KMS\",\"KeyId\":\"test-key\"" },
    };

    /// <summary>Operations that take an ARN alone.</summary>
    public static TheoryData<string, string> ByArn => new()
    {
        { "UpdateStreamMode", "\"StreamModeDetails\":{\"StreamMode\":\"PROVISIONED\"}" },
        { "UpdateMaxRecordSize", "\"MaxRecordSizeInKiB\":2048" },
        { "RegisterStreamConsumer", "\"ConsumerName\":\"c\"" },
    };

    [Theory]
    [MemberData(nameof(ByNameOrArn))]
    public async Task A_stream_is_named_by_name_or_arn_or_both_in_agreement(string operation, string members)
    {
        await Gateway.StreamAsync(shards: 2);
        var arn = GatewayHost.ArnOf("s");

        (await CallAsync(operation, "", members))
            .AssertError("InvalidArgumentException", "Either StreamName or StreamARN must be given.");
        (await CallAsync(operation, $"\"StreamName\":\"t\",\"StreamARN\":\"{arn}\"", members))
            .AssertError("InvalidArgumentException", $"StreamName t and StreamARN {arn} name different streams.");
        (await CallAsync(operation, "\"StreamName\":\"nope\"", members))
            .AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        (await CallAsync(operation, $"\"StreamARN\":\"{arn.Replace("/s", "/nope")}\"", members))
            .AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        (await CallAsync(operation, $"\"StreamName\":\"s\",\"StreamARN\":\"{arn}\"", members)).AssertOk();
    }

    [Theory]
    [MemberData(nameof(ByArn))]
    public async Task A_stream_that_only_an_arn_names_must_be_there(string operation, string members)
    {
        await Gateway.StreamAsync();

        (await CallAsync(operation, $"\"StreamARN\":\"{GatewayHost.ArnOf("nope")}\"", members))
            .AssertError("ResourceNotFoundException", $"Stream nope under account {Account} not found.");
        (await CallAsync(operation, $"\"StreamARN\":\"{GatewayHost.ArnOf("s", "123456789012")}\"", members))
            .AssertError("ResourceNotFoundException", "Stream s under account 123456789012 not found.");
        (await CallAsync(operation, $"\"StreamARN\":\"{GatewayHost.ArnOf("s")}\"", members)).AssertOk();
    }

    [Theory]
    [MemberData(nameof(ByNameOrArn))]
    [MemberData(nameof(ByArn))]
    public async Task Only_a_stream_that_is_there_can_be_changed(string operation, string members)
    {
        if (operation.StartsWith("List", StringComparison.Ordinal)) return;
        Gateway.Streams.StatusOfNewStreams = StreamStatus.Creating;
        await Gateway.StreamAsync(shards: 2);

        (await CallAsync(operation, $"\"StreamARN\":\"{GatewayHost.ArnOf("s")}\"", members))
            .AssertError("ResourceInUseException", $"Stream s under account {Account} not ACTIVE, instead in state CREATING");
        Gateway.Streams.IsUnavailable = true;
        (await CallAsync(operation, $"\"StreamARN\":\"{GatewayHost.ArnOf("s")}\"", members)).AssertError("InternalFailure", null, 500);
    }

    private Task<Answer> CallAsync(string operation, string stream, string members) =>
        Gateway.CallAsync(operation, $"{{{string.Join(',', ((string[])[stream, members]).Where(m => m.Length > 0))}}}");
}
