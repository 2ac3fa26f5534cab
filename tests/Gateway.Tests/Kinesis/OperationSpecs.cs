using System.Diagnostics;
using ActorStreams.TestKit;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>Every operation of the API has an action here.</summary>
public sealed class OperationSpecs : GatewaySpecs
{
    private static readonly string[] s_operations =
    [
        "AddTagsToStream", "CreateStream", "DecreaseStreamRetentionPeriod", "DeleteResourcePolicy", "DeleteStream", "DeregisterStreamConsumer",
        "DescribeAccountSettings", "DescribeLimits", "DescribeStream", "DescribeStreamConsumer", "DescribeStreamSummary",
        "DisableEnhancedMonitoring", "EnableEnhancedMonitoring", "GetRecords", "GetResourcePolicy", "GetShardIterator",
        "IncreaseStreamRetentionPeriod", "ListShards", "ListStreamConsumers", "ListStreams", "ListTagsForResource", "ListTagsForStream",
        "MergeShards", "PutRecord", "PutRecords", "PutResourcePolicy", "RegisterStreamConsumer", "RemoveTagsFromStream", "SplitShard",
        "StartStreamEncryption", "StopStreamEncryption", "SubscribeToShard", "TagResource", "UntagResource", "UpdateAccountSettings",
        "UpdateMaxRecordSize", "UpdateShardCount", "UpdateStreamMode", "UpdateStreamWarmThroughput",
    ];

    // Of newer models than the one that most clients have.
    private static readonly string[] s_newerOperations =
    [
        "CreateChannel", "DeleteChannel", "DescribeChannel", "ListChannels", "UpdateChannel", "UpdateStreamRecordDistributionStrategy",
    ];

    public static TheoryData<string> Operations => [.. s_operations, .. s_newerOperations];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task It_is_known(string operation)
    {
        // A member of a wrong type is told only by an action, and an action that takes no members answers.
        var answer = await Gateway.CallAsync(operation, "{\"StreamName\":[],\"StreamARN\":[],\"ResourceARN\":[],\"ConsumerARN\":[],\"Limit\":[]}");

        Assert.DoesNotContain("UnknownOperationException", answer.Body);
        Assert.NotEqual(500, answer.Status);
    }

    [SkippableFact]
    public void The_list_is_that_of_the_model_of_the_clients()
    {
        Requires.Python3WithBoto3();
        using var python = Process.Start(new ProcessStartInfo(
            "python3", ["-c", "import botocore.session as s; print(*s.get_session().get_service_model('kinesis').operation_names)"])
        { RedirectStandardOutput = true })!;

        var operations = python.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(operations);
        Assert.Empty(operations.Except(s_operations).Except(s_newerOperations));
    }
}
