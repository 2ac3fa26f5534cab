using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Functions;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Firehose.Destinations;
using ActorStreams.TestKit;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>What a function is told of records and of where they are from, over HTTP.</summary>
public sealed class TransformEventSpecs : IAsyncLifetime
{
    private readonly ConcurrentQueue<JsonNode> _events = new();
    private readonly HttpClient _http = new();
    private StubServer _function = null!;
    private bool _fails;

    public async Task InitializeAsync()
    {
        _function = await StubServer.StartAsync();
        _function.Answer = async (request, context) =>
        {
            var asked = JsonNode.Parse(request.Body)!;
            _events.Enqueue(asked);
            await context.Response.WriteAsync(new JsonObject
            {
                ["records"] = new JsonArray([.. asked["records"]!.AsArray().Select(r => (JsonNode)new JsonObject
                {
                    ["recordId"] = (string)r!["recordId"]!, ["result"] = _fails ? "ProcessingFailed" : "Ok", ["data"] = (string)r["data"]!,
                })]),
            }.ToJsonString());
        };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _function.DisposeAsync();
    }

    [Fact]
    public async Task A_function_is_told_where_each_record_stood_in_the_stream_also_when_it_is_sent_again()
    {
        await using var rig = Rig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("alice", "one"u8.ToArray()), ("bob", "two"u8.ToArray()), ("any", KplRecord.Of([new("carol", null, "three"u8.ToArray()), new("dave", null, "four"u8.ToArray())]))]);
        var numbers = rig.Streams.All("source").Select(r => r.Number.ToString()).ToList();
        string[] expected =
        [
            Told(numbers[0], 0, "alice", shard.ShardId), Told(numbers[1], 0, "bob", shard.ShardId), Told(numbers[2], 0, "carol", shard.ShardId), Told(numbers[2], 1, "dave", shard.ShardId),
        ];
        _fails = true;
        Assert.True(await rig.RunAsync(shard, rig.End));
        Assert.Empty(rig.Store.Lines);

        Assert.Equal(expected, Records().Select(Metadata));
        var asked = _events.First();
        Assert.Equal(
            ("arn:aws:firehose:us-east-1:000000000000:deliverystream/badges", "arn:aws:kinesis:us-east-1:000000000000:stream/source", "us-east-1"),
            ((string?)asked["deliveryStreamArn"], (string?)asked["sourceKinesisStreamArn"], (string?)asked["region"]));

        _events.Clear();
        _fails = false;
        Assert.Equal(0, (await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None)).Left);
        Assert.Equal(["four", "one", "three", "two"], rig.Store.Lines.Order());
        Assert.Equal(expected, Records().Select(Metadata));
    }

    private DeliveryRig Rig() => new()
    {
        TellsSource = true,
        Steps =
        [
            new FunctionTransform(_http, _function.Url, new FunctionOptions
            {
                Event = TransformEvent.Of(DeliveryRig.Definition),
                Retry = new RetryDelays(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
            }, TimeProvider.System),
            new TestSteps.ByLetter(),
        ],
    };

    private IEnumerable<JsonNode> Records() => _events.SelectMany(e => e["records"]!.AsArray().Select(r => r!));

    /// <summary>Without the time, which is that of the record.</summary>
    private static string Metadata(JsonNode record)
    {
        var metadata = record["kinesisRecordMetadata"]!.DeepClone().AsObject();
        Assert.Equal((long)record["approximateArrivalTimestamp"]!, (long)metadata["approximateArrivalTimestamp"]!);
        metadata.Remove("approximateArrivalTimestamp");
        return metadata.ToJsonString();
    }

    private static string Told(string number, int sub, string key, string shard) =>
        FormattableString.Invariant($"{{\"sequenceNumber\":\"{number}\",\"subsequenceNumber\":{sub},\"partitionKey\":\"{key}\",\"shardId\":\"{shard}\"}}");
}
