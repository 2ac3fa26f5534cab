using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>Which encoding a client chooses makes no difference to what happens, whether its calls are right or wrong.</summary>
public sealed class BothEncodingsSpecs
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_same_calls_in_json_and_in_cbor_have_the_same_answers(int seed)
    {
        await using var json = await GatewayHost.StartAsync();
        await using var cbor = await GatewayHost.StartAsync(contentType: GatewayHost.Cbor);
        var mutator = new Mutator(seed);
        string[] calls =
        [
            "PutRecords {\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"AA==\"},{\"PartitionKey\":\"b\",\"Data\":\"\"}]}",
            "PutRecord {\"StreamName\":\"s\",\"PartitionKey\":\"a\",\"Data\":\"AA==\",\"ExplicitHashKey\":\"0\"}",
            "CreateStream {\"StreamName\":\"t\",\"ShardCount\":2,\"StreamModeDetails\":{\"StreamMode\":\"PROVISIONED\"},\"Tags\":{\"a\":\"b\"}}",
            "DescribeStream {\"StreamName\":\"s\",\"Limit\":1,\"ExclusiveStartShardId\":\"shardId-0\"}",
            "ListShards {\"StreamName\":\"s\",\"ShardFilter\":{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366400.5,\"ShardId\":\"0\"}}",
            "GetShardIterator {\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":1772366399}",
            "ListStreams {\"Limit\":1}",
            "AddTagsToStream {\"StreamName\":\"s\",\"Tags\":{\"k\":\"v\",\"l\":\"\"}}",
            "ListTagsForStream {\"StreamName\":\"s\",\"Limit\":1}",
            "EnableEnhancedMonitoring {\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"IncomingBytes\",\"OutgoingBytes\"]}",
            "UpdateShardCount {\"StreamName\":\"s\",\"ScalingType\":\"UNIFORM_SCALING\",\"TargetShardCount\":3}",
            "RegisterStreamConsumer {\"StreamARN\":\"arn:aws:kinesis:eu-central-1:000000000000:stream/s\",\"ConsumerName\":\"c\"}",
            "DeleteStream {\"StreamName\":\"t\",\"EnforceConsumerDeletion\":true}",
        ];
        foreach (var host in (GatewayHost[])[json, cbor]) await host.StreamAsync(shards: 2);
        for (var i = 0; i < 600; i++)
        {
            var parts = mutator.Pick(calls).Split(' ', 2);
            var body = mutator.OneIn(5) ? parts[1] : mutator.MutateStructure(parts[1]);
            // A text in place of data is base64 or not in JSON alone, and half a character is no text in JSON alone.
            if (body.Contains("\\ud800", StringComparison.Ordinal) || HasTextForData(body)) continue;
            // The translator takes a tag of that name for the data of a record.
            if (body.Contains("\"Tags\":{\"Data\"", StringComparison.Ordinal)) continue;

            var inJson = await json.CallAsync(parts[0], body);
            var inCbor = await cbor.CallAsync(parts[0], body);

            Assert.Equal((body, inJson.Status, Comparable(inJson)), (body, inCbor.Status, Comparable(inCbor)));
        }
    }

    // Iterators and tokens are sealed alike, as clocks stand still and keys are the same.
    private static string Comparable(Answer answer) => answer.Body.Length == 0 ? "" : JsonNode.Parse(answer.Body)!.ToJsonString();

    private static bool HasTextForData(string body) => Regex.Matches(body, "\"Data\":\"([^\"]*)\"")
        .Any(m => !Convert.TryFromBase64String(m.Groups[1].Value, new byte[m.Length], out _));
}
