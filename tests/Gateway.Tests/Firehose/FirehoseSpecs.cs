using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Firehose;

/// <summary>A gateway with delivery streams for each spec, on a clock that stands still.</summary>
public abstract class FirehoseSpecs : IAsyncLifetime
{
    protected const string Account = GatewayHost.Account;
    protected const string Role = $"arn:aws:iam::{Account}:role/firehose";
    protected const string Bucket = "arn:aws:s3:::badges";

    protected GatewayHost Gateway { get; private set; } = null!;

    protected InMemoryDeliveryStreams Deliveries { get; private set; } = null!;

    public virtual Task InitializeAsync() => StartAsync(new GatewayOptions());

    public async Task DisposeAsync() => await Gateway.DisposeAsync();

    protected async Task StartAsync(GatewayOptions options) =>
        Gateway = await GatewayHost.StartAsync(options, deliveries: (streams, time) => Deliveries = new InMemoryDeliveryStreams(streams, time));

    protected Task<Answer> CallAsync(string operation, object body, AccessKey? key = null, params (string Name, string Value)[] headers) =>
        Gateway.FirehoseAsync(operation, body, key, headers: headers);

    /// <summary>The least that a bucket needs.</summary>
    protected static JsonObject S3(params (string Name, JsonNode? Value)[] members) => With(new() { ["RoleARN"] = Role, ["BucketARN"] = Bucket }, members);

    protected static JsonObject With(JsonObject document, params (string Name, JsonNode? Value)[] members)
    {
        foreach (var (name, value) in members) document[name] = value;
        return document;
    }

    protected static JsonObject Request(string name = "d", params (string Name, JsonNode? Value)[] members) => With(new() { ["DeliveryStreamName"] = name }, members);

    protected static JsonArray Tags(params (string Key, string? Value)[] tags) => new([.. tags.Select(t =>
        (JsonNode)(t.Value is null ? new JsonObject { ["Key"] = t.Key } : new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value }))]);

    /// <summary>A processing configuration that is enabled.</summary>
    protected static JsonObject Processing(params (string Type, (string Name, string Value)[] Parameters)[] processors) => new()
    {
        ["Enabled"] = true,
        ["Processors"] = new JsonArray([.. processors.Select(p => (JsonNode)new JsonObject
        {
            ["Type"] = p.Type,
            ["Parameters"] = new JsonArray([.. p.Parameters.Select(v => (JsonNode)new JsonObject { ["ParameterName"] = v.Name, ["ParameterValue"] = v.Value })]),
        })]),
    };

    /// <summary>A request to create one with a destination of a kind.</summary>
    protected static JsonObject NewOne(JsonObject destination, string kind = "ExtendedS3", string name = "d", params (string Name, JsonNode? Value)[] members) =>
        With(Request(name, ($"{kind}DestinationConfiguration", destination)), members);

    protected Task<Answer> CreateAsync(JsonObject request) => CallAsync("CreateDeliveryStream", request.ToJsonString());

    /// <summary>A Direct PUT one to a bucket.</summary>
    protected async Task<DeliveryStream> DeliveryAsync(string name = "d")
    {
        (await CreateAsync(NewOne(S3(), name: name))).AssertOk();
        return Deliveries[name];
    }

    /// <summary>One that reads the stream s, which is made.</summary>
    protected async Task FromStreamAsync(string name = "k")
    {
        await Gateway.StreamAsync();
        (await CreateAsync(NewOne(S3(), name: name, members:
        [
            ("DeliveryStreamType", "KinesisStreamAsSource"),
            ("KinesisStreamSourceConfiguration", new JsonObject { ["KinesisStreamARN"] = GatewayHost.ArnOf("s"), ["RoleARN"] = Role }),
        ]))).AssertOk();
    }

    protected async Task<JsonNode> DescribeAsync(string name = "d") =>
        (await CallAsync("DescribeDeliveryStream", Request(name).ToJsonString())).AssertOk()["DeliveryStreamDescription"]!;

    protected static string NotFound(string name) => $"Firehose {name} under account {Account} not found.";

    protected Task<Answer> PutAsync(string data = "data", string name = "d", params (string Name, string Value)[] headers) =>
        CallAsync("PutRecord", new { DeliveryStreamName = name, Record = new { Data = GatewayHost.Base64(data) } }, headers: headers);

    protected Task<Answer> PutBatchAsync(IEnumerable<string> records, string name = "d", params (string Name, string Value)[] headers) => CallAsync(
        "PutRecordBatch", new { DeliveryStreamName = name, Records = records.Select(r => new { Data = GatewayHost.Base64(r) }).ToArray() }, headers: headers);

    /// <summary>What was put, shard by shard in order.</summary>
    protected async Task<List<string>> StoredAsync(string name = "d")
    {
        var stored = new List<string>();
        foreach (var shard in ShardsOf(name))
        {
            var read = (ReadResult.Records)await Gateway.Streams.ReadAsync(shard.Key, ShardPosition.TrimHorizon, 10_000, int.MaxValue, TimeSpan.Zero, default);
            foreach (var slice in read.Slices)
            {
                foreach (var record in slice.Batch.RecordsFrom(slice.FromIndex)) stored.Add(Encoding.UTF8.GetString(record.Data));
            }
        }
        return stored;
    }

    protected IEnumerable<ShardDescription> ShardsOf(string name = "d") => Gateway.Streams.Describe(Deliveries[name].Puts!.Value).Shards;

    /// <summary>Every shard answers appends with this.</summary>
    protected void Refuse(AppendError error, int times = int.MaxValue, string name = "d")
    {
        foreach (var shard in ShardsOf(name)) Gateway.Streams.FailAppends(shard.Key, new AppendReply.Refused(error, "asked for"), times);
    }

    protected static void AssertViolations(Answer answer, params string[] items) => answer.AssertError(
        "ValidationException", $"{items.Length} validation error{(items.Length == 1 ? "" : "s")} detected: {string.Join("; ", items)}");

    protected static string Null(string path) => $"Value null at '{path}' failed to satisfy constraint: Member must not be null";

    protected static string Fails(string value, string path, string constraint) => $"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}";

    protected static string LengthAtMost(int length) => $"Member must have length less than or equal to {length}";

    protected static readonly string NotEmpty = "Member must have length greater than or equal to 1";

    protected static readonly string NamePattern = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
}
