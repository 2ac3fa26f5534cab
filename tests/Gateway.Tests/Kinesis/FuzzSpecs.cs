using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Tests.EventStream;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>Whatever bytes a client sends, the answer is never a failure of ours, and it is whole.</summary>
public sealed class FuzzSpecs
{
    private const string Authorization =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-central-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=ab";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly InMemoryStreams _streams;

    public FuzzSpecs() => _streams = new InMemoryStreams(_time, shardQuota: 200);

    [Theory]
    [InlineData(1, GatewayHost.Json)]
    [InlineData(2, GatewayHost.Json)]
    [InlineData(3, GatewayHost.Json)]
    [InlineData(1, GatewayHost.Cbor)]
    [InlineData(2, GatewayHost.Cbor)]
    [InlineData(3, GatewayHost.Cbor)]
    public async Task Spoiled_bodies_never_give_a_500(int seed, string contentType)
    {
        var gateway = Gateway(new GatewayOptions());
        var corpus = await CorpusAsync(gateway);
        var mutator = new Mutator(seed);
        var accepted = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var (operation, json) = mutator.Pick(corpus);
            var body = contentType == GatewayHost.Cbor ? mutator.MutateCbor(json) : mutator.Mutate(json);

            var (status, answer) = await InvokeAsync(gateway, "POST", Headers(operation, contentType), body).WaitAsync(TimeSpan.FromSeconds(30));

            Assert.True(status is 200 or 400, $"Seed {seed}, case {i}: {operation} answered {status} to {Convert.ToHexString(body)}");
            if (status == 200 && operation == "SubscribeToShard") Assert.Single(EventStreamReader.All(answer));
            else if (answer.Length > 0) JsonDocument.Parse(contentType == GatewayHost.Cbor ? CborJson.ToJson(answer) : Encoding.UTF8.GetString(answer)).Dispose();
            if (status == 200) accepted++;
        }
        // If hardly anything got past the first checks, the corpus would be worth nothing.
        Assert.InRange(accepted, 100, 3_900);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Spoiled_headers_and_queries_never_give_a_500(int seed, bool withKeys)
    {
        var gateway = Gateway(new GatewayOptions { AccessKeys = withKeys ? [GatewayHost.Key] : [] });
        var mutator = new Mutator(seed);
        string[] targets =
        [
            "/", "/a/../b//c%2F?x=%zz&y", "http://other/x?y", "*",
            "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Feu-central-1%2Fkinesis%2Faws4_request"
            + "&X-Amz-Date=20260301T120000Z&X-Amz-SignedHeaders=host%3Bx-amz-target&X-Amz-Signature=00&X-Amz-Expires=60",
        ];
        for (var i = 0; i < 4_000; i++)
        {
            var headers = Headers("ListStreams");
            if (mutator.OneIn(2)) headers.Remove("Authorization");
            foreach (var name in headers.Keys.ToList())
            {
                if (mutator.OneIn(3)) headers[name] = mutator.MutateText(headers[name]);
            }
            if (mutator.OneIn(5)) headers["Origin"] = mutator.MutateText("https://example.org");
            var target = mutator.MutateText(mutator.Pick(targets));

            var (status, _) = await InvokeAsync(gateway, mutator.OneIn(20) ? "OPTIONS" : "POST", headers, "{}"u8.ToArray(), target);

            Assert.True(status is 200 or 400 or 403 or 404, $"Seed {seed}, case {i}: {status} to {target} with {string.Join('\n', headers)}");
        }
    }

    [Fact]
    public async Task Spoiled_bytes_on_the_wire_never_give_a_500()
    {
        await using var host = await GatewayHost.StartAsync();
        var mutator = new Mutator(4);
        var head = $"POST / HTTP/1.1\r\nHost: {host.Address.Authority}\r\nOrigin: x\r\nAccess-Control-Request-Headers: a\r\n"
            + string.Concat(Headers("ListStreams").Select(h => $"{h.Key}: {h.Value}\r\n")) + "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
        for (var i = 0; i < 400; i++)
        {
            var start = mutator.OneIn(4) ? head.Replace("POST", "OPTIONS", StringComparison.Ordinal) : head;
            var bytes = Encoding.Latin1.GetBytes(mutator.MutateText(start));

            var answer = await ExchangeAsync(host.Address, bytes);

            Assert.False(answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal), $"Case {i}: {answer}");
        }
    }

    private KinesisGateway Gateway(GatewayOptions options) => new(
        _streams, _time, options, GatewayHost.TokenKey, new GatewayMetrics(), NullLoggerFactory.Instance);

    private static Dictionary<string, string> Headers(string operation, string contentType = GatewayHost.Json) => new()
    {
        ["X-Amz-Target"] = "Kinesis_20131202." + operation,
        ["Content-Type"] = contentType,
        ["X-Amz-Date"] = "20260301T120000Z",
        ["Authorization"] = Authorization,
    };

    /// <summary>Valid calls of every operation, with iterators and tokens that are good.</summary>
    private async Task<List<(string Operation, string Json)>> CorpusAsync(KinesisGateway gateway)
    {
        await CallAsync("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":3}");
        await CallAsync("CreateStream", "{\"StreamName\":\"t\",\"ShardCount\":1}");
        await _streams.UpdateStreamAsync(
            new StreamId(GatewayHost.Region, "t"), new StreamChange.RegisterConsumer("c", StreamConfiguration.NoTags), isCompat: false, default);
        // A subscription begins, and ends at once.
        gateway.EndSubscriptions();
        var put = await CallAsync("PutRecord", "{\"StreamName\":\"t\",\"PartitionKey\":\"k\",\"Data\":\"aGVsbG8=\"}");
        var number = put.GetProperty("SequenceNumber").GetString();
        var iterator = (await CallAsync("GetShardIterator", "{\"StreamName\":\"t\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}"))
            .GetProperty("ShardIterator").GetString();
        var shards = (await CallAsync("ListShards", "{\"StreamName\":\"s\",\"MaxResults\":1}")).GetProperty("NextToken").GetString();
        var streams = (await CallAsync("ListStreams", "{\"Limit\":1}")).GetProperty("NextToken").GetString();
        const string Arn = "arn:aws:kinesis:eu-central-1:000000000000:stream/s";
        return
        [
            ("CreateStream", "{\"StreamName\":\"n\",\"ShardCount\":2,\"StreamModeDetails\":{\"StreamMode\":\"PROVISIONED\"},\"Tags\":{\"a\":\"b\"}}"),
            ("DeleteStream", $"{{\"StreamName\":\"n\",\"EnforceConsumerDeletion\":true,\"StreamARN\":\"{Arn}\"}}"),
            ("DescribeStream", $"{{\"StreamARN\":\"{Arn}\",\"Limit\":2,\"ExclusiveStartShardId\":\"shardId-0\"}}"),
            ("DescribeStreamSummary", "{\"StreamName\":\"s\"}"),
            ("ListStreams", $"{{\"Limit\":1,\"NextToken\":\"{streams}\"}}"),
            ("ListShards", $"{{\"NextToken\":\"{shards}\",\"MaxResults\":1}}"),
            ("ListShards", "{\"StreamName\":\"s\",\"ShardFilter\":{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366400.5,\"ShardId\":\"0\"}}"),
            ("GetShardIterator", $"{{\"StreamName\":\"t\",\"ShardId\":\"0\",\"ShardIteratorType\":\"AT_SEQUENCE_NUMBER\",\"StartingSequenceNumber\":\"{number}\"}}"),
            ("GetShardIterator", "{\"StreamName\":\"t\",\"ShardId\":\"0\",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":1772366399}"),
            ("SubscribeToShard", Subscribe($"{{\"Type\":\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\"{number}\"}}")),
            ("SubscribeToShard", Subscribe("{\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":1772366399.5}")),
            ("GetRecords", $"{{\"ShardIterator\":\"{iterator}\",\"Limit\":10}}"),
            ("PutRecord", $"{{\"StreamName\":\"s\",\"PartitionKey\":\"k\\u00e9\",\"Data\":\"aGVsbG8=\",\"SequenceNumberForOrdering\":\"{number}\"}}"),
            ("PutResourcePolicy", $"{{\"ResourceARN\":\"{Arn}/consumer/c:1772366400\",\"Policy\":\"{{}}\"}}"),
            ("PutResourcePolicy", $"{{\"ResourceARN\":\"{Arn}\",\"Policy\":\"{{\\\"Statement\\\":{{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":\\\"*\\\","
                + "\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}}\"}"),
            ("GetResourcePolicy", $"{{\"ResourceARN\":\"{Arn}\"}}"),
            ("DeleteResourcePolicy", $"{{\"ResourceARN\":\"{Arn}\"}}"),
            ("AddTagsToStream", "{\"StreamName\":\"s\",\"Tags\":{\"k\":\"v\",\"k\u00e9\":\"\"}}"),
            ("RemoveTagsFromStream", "{\"StreamName\":\"s\",\"TagKeys\":[\"k\"]}"),
            ("ListTagsForStream", "{\"StreamName\":\"s\",\"Limit\":1,\"ExclusiveStartTagKey\":\"j\"}"),
            ("TagResource", $"{{\"ResourceARN\":\"{Arn}/consumer/c:1772366400\",\"Tags\":{{\"k\":\"v\"}}}}"),
            ("UntagResource", $"{{\"ResourceARN\":\"{Arn}\",\"TagKeys\":[\"k\"]}}"),
            ("ListTagsForResource", $"{{\"ResourceARN\":\"{Arn}\"}}"),
            ("IncreaseStreamRetentionPeriod", "{\"StreamName\":\"s\",\"RetentionPeriodHours\":48}"),
            ("DecreaseStreamRetentionPeriod", "{\"StreamName\":\"s\",\"RetentionPeriodHours\":24}"),
            ("EnableEnhancedMonitoring", "{\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"ALL\"]}"),
            ("DisableEnhancedMonitoring", "{\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"IncomingBytes\"]}"),
            ("SplitShard", "{\"StreamName\":\"s\",\"ShardToSplit\":\"shardId-0\",\"NewStartingHashKey\":\"12345\"}"),
            ("MergeShards", "{\"StreamName\":\"s\",\"ShardToMerge\":\"1\",\"AdjacentShardToMerge\":\"2\"}"),
            ("UpdateShardCount", "{\"StreamName\":\"s\",\"ScalingType\":\"UNIFORM_SCALING\",\"TargetShardCount\":4}"),
            ("UpdateStreamMode", $"{{\"StreamARN\":\"{Arn}\",\"StreamModeDetails\":{{\"StreamMode\":\"ON_DEMAND\"}},\"WarmThroughputMiBps\":3}}"),
            ("UpdateMaxRecordSize", $"{{\"StreamARN\":\"{Arn}\",\"MaxRecordSizeInKiB\":2048}}"),
            ("UpdateStreamWarmThroughput", "{\"StreamName\":\"s\",\"WarmThroughputMiBps\":3}"),
            ("UpdateStreamRecordDistributionStrategy", $"{{\"StreamARN\":\"{Arn}\",\"RecordDistributionStrategy\":\"AUTO\"}}"),
            ("StartStreamEncryption", "{\"StreamName\":\"s\",\"EncryptionType\":\"KMS\",\"KeyId\":\"alias/k\"}"),
            ("StopStreamEncryption", "{\"StreamName\":\"s\",\"EncryptionType\":\"KMS\",\"KeyId\":\"alias/k\"}"),
            ("RegisterStreamConsumer", $"{{\"StreamARN\":\"{Arn}\",\"ConsumerName\":\"c\",\"Tags\":{{\"k\":\"v\"}}}}"),
            ("DescribeStreamConsumer", $"{{\"StreamARN\":\"{Arn}\",\"ConsumerName\":\"c\"}}"),
            ("DeregisterStreamConsumer", $"{{\"ConsumerARN\":\"{Arn}/consumer/c:1772366400\"}}"),
            ("ListStreamConsumers", $"{{\"StreamARN\":\"{Arn}\",\"MaxResults\":1,\"StreamCreationTimestamp\":1772366400}}"),
            ("DescribeLimits", "{}"),
            ("UpdateAccountSettings", "{\"MinimumThroughputBillingCommitment\":{\"Status\":\"DISABLED\"}}"),
            ("DescribeChannel", "{\"ChannelARN\":\"x\"}"),
            ("PutRecords", "{\"Records\":[{\"Data\":\"aGVsbG8=\",\"PartitionKey\":\"a\"},{\"PartitionKey\":\"b\",\"ExplicitHashKey\":\"12345\",\"Data\":\"\"}],"
                + "\"StreamName\":\"s\"}"),
        ];

        static string Subscribe(string start) =>
            $"{{\"ConsumerARN\":\"arn:aws:kinesis:eu-central-1:000000000000:stream/t/consumer/c:1772366400\",\"ShardId\":\"0\",\"StartingPosition\":{start}}}";

        async Task<JsonElement> CallAsync(string operation, string json)
        {
            var (status, answer) = await InvokeAsync(gateway, "POST", Headers(operation), Encoding.UTF8.GetBytes(json));
            Assert.True(status == 200, Encoding.UTF8.GetString(answer));
            return answer.Length == 0 ? default : JsonDocument.Parse(answer).RootElement;
        }
    }

    private static async Task<(int Status, byte[] Answer)> InvokeAsync(
        KinesisGateway gateway, string method, Dictionary<string, string> headers, byte[] body, string target = "/")
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        http.Request.Headers.Host = "localhost";
        foreach (var (name, value) in headers) http.Request.Headers[name] = value;
        http.Request.Body = new MemoryStream(body);
        http.Request.ContentLength = body.Length;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        await gateway.InvokeAsync(http);
        await http.Response.CompleteAsync();
        Assert.True(http.Response.ContentLength is null || http.Response.ContentLength == answer.Length, "The answer is not as long as it says.");
        return (http.Response.StatusCode, answer.ToArray());
    }

    private static async Task<string> ExchangeAsync(Uri address, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            await stream.WriteAsync(bytes);
            client.Client.Shutdown(SocketShutdown.Send);
            return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The server may end a connection with a reset.
            return "";
        }
    }
}
