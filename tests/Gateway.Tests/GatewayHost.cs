using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auditing;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests;

/// <summary>A gateway over <see cref="InMemoryStreams"/> on a free port, and a client that signs as SDKs do.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    public const string Region = "eu-central-1";
    public const string Account = "000000000000";
    public const string Json = "application/x-amz-json-1.1";
    public const string Cbor = "application/x-amz-cbor-1.1";
    public static readonly byte[] TokenKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    public static readonly AccessKey Key = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    /// <summary>Every host has one key to encrypt streams with: <c>test-key</c>.</summary>
    private static readonly EncryptionKeys s_keys = EncryptionKeys.Load(
        new EncryptionOptions { Keys = ImmutableSortedDictionary<string, string>.Empty.Add("test-key", Convert.ToBase64String(TokenKey)) });

    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, InMemoryStreams streams, FakeTimeProvider time, HttpClient client)
    {
        _app = app;
        Streams = streams;
        Time = time;
        Client = client;
    }

    public InMemoryStreams Streams { get; }
    public FakeTimeProvider Time { get; }
    public HttpClient Client { get; }

    /// <summary>The control calls that were noted, in order.</summary>
    public ConcurrentQueue<ControlCall> Audited { get; private init; } = [];

    public Uri Address => Client.BaseAddress!;

    /// <summary>What calls are sent in; those in CBOR are translated from JSON, and so are the answers.</summary>
    public string ContentType { get; init; } = Json;

    public int SubscriptionCount => _app.Services.GetRequiredService<KinesisGateway>().SubscriptionCount;

    /// <summary>Of a gateway that was started with a certificate.</summary>
    public Uri TlsAddress => _app.Services.GatewayTlsAddress()!;

    public static async Task<GatewayHost> StartAsync(
        GatewayOptions? options = null, InMemoryStreams? streams = null, FakeTimeProvider? time = null, string contentType = Json,
        Func<IStreams, TimeProvider, IDeliveryStreams>? deliveries = null)
    {
        options = (options ?? new GatewayOptions()) with { Port = 0, BindAddress = "127.0.0.1" };
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero));
        streams ??= new InMemoryStreams(time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IStreams>(streams);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(s_keys);
        if (deliveries is not null) builder.Services.AddSingleton(deliveries(streams, time));
        var audit = new QueuedAudit();
        builder.Services.AddSingleton<IControlAudit>(audit);
        builder.Services.AddActorStreamsGateway(options, TokenKey);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseGatewayLimits(options);
            kestrel.ListenForGateway(options);
        });
        var app = builder.Build();
        app.UseActorStreamsGateway();
        await app.StartAsync();
        return new GatewayHost(app, streams, time, new HttpClient { BaseAddress = app.Services.GatewayAddress() })
        {
            ContentType = contentType,
            Audited = audit.Calls,
        };
    }

    private sealed class QueuedAudit : IControlAudit
    {
        public ConcurrentQueue<ControlCall> Calls { get; } = [];

        public void Called(ControlCall call) => Calls.Enqueue(call);
    }

    /// <summary>A signed call.</summary>
    public Task<Answer> CallAsync(string operation, object body, string region = Region) =>
        CallAsync(operation, body as string ?? System.Text.Json.JsonSerializer.Serialize(body), region);

    public async Task<Answer> CallAsync(string operation, string body, string region = Region)
    {
        using var request = Request(operation, ContentType == Cbor ? CborJson.FromJson(body) : Encoding.UTF8.GetBytes(body), region);
        return await SendAsync(request);
    }

    public HttpRequestMessage Request(string operation, byte[] body, string region = Region, AccessKey? key = null, Uri? address = null)
    {
        var request = Unsigned(operation, body, address);
        new SigV4Signer(key ?? Key, region, Time).Sign(request, body);
        return request;
    }

    public HttpRequestMessage Unsigned(string operation, byte[] body, Uri? address = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address ?? Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        request.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
        return request;
    }

    /// <summary>A signed call of the Firehose API, with headers that are signed too.</summary>
    public async Task<Answer> FirehoseAsync(string operation, object body, AccessKey? key = null, string region = Region, params (string Name, string Value)[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body as string ?? System.Text.Json.JsonSerializer.Serialize(body));
        using var request = Unsigned(operation, bytes);
        request.Headers.Remove("X-Amz-Target");
        request.Headers.Add("X-Amz-Target", "Firehose_20150804." + operation);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        new SigV4Signer(key ?? Key, region, Time, "firehose").Sign(request, bytes);
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToImmutableDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var isCbor = response.Content.Headers.ContentType?.MediaType == Cbor && bytes.Length > 0;
        return new Answer((int)response.StatusCode, isCbor ? CborJson.ToJson(bytes) : Encoding.UTF8.GetString(bytes), headers)
        {
            Bytes = bytes,
            ContentType = ContentType,
        };
    }

    /// <summary>Creates a stream in the default region.</summary>
    public async Task<StreamDescription> StreamAsync(string name = "s", int shards = 1)
    {
        (await CallAsync("CreateStream", new { StreamName = name, ShardCount = shards })).AssertOk();
        return Streams.Describe(new StreamId(Region, name));
    }

    public static string ArnOf(string stream, string account = Account) => $"arn:aws:kinesis:{Region}:{account}:stream/{stream}";

    /// <summary>Registers a consumer and answers its ARN.</summary>
    public async Task<string> ConsumerAsync(string name = "c", string stream = "s") => (string)(
        await CallAsync("RegisterStreamConsumer", new { StreamARN = ArnOf(stream), ConsumerName = name })).AssertOk()["Consumer"]!["ConsumerARN"]!;

    public async Task<JsonNode> SummaryAsync(string stream = "s") =>
        (await CallAsync("DescribeStreamSummary", new { StreamName = stream })).AssertOk()["StreamDescriptionSummary"]!;

    public async Task<string> IteratorAsync(string type = "TRIM_HORIZON", string stream = "s", int shard = 0, string? number = null)
    {
        var body = new JsonObject { ["StreamName"] = stream, ["ShardId"] = ShardIds.Format(shard), ["ShardIteratorType"] = type };
        if (number is not null) body["StartingSequenceNumber"] = number;
        return (string)(await CallAsync("GetShardIterator", body.ToJsonString())).AssertOk()["ShardIterator"]!;
    }

    public async Task<JsonNode> GetRecordsAsync(string iterator) =>
        (await CallAsync("GetRecords", new { ShardIterator = iterator })).AssertOk();

    public async Task<string> PutAsync(string data = "data", string key = "k", string stream = "s") =>
        (string)(await CallAsync("PutRecord", new { StreamName = stream, PartitionKey = key, Data = Base64(data) })).AssertOk()["SequenceNumber"]!;

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back: status, body (as JSON, when it is CBOR), headers (contents' too).</summary>
public sealed record Answer(int Status, string Body, ImmutableDictionary<string, string> Headers)
{
    public required byte[] Bytes { get; init; }

    /// <summary>Of the request.</summary>
    public required string ContentType { get; init; }

    public JsonNode Json => JsonNode.Parse(Body)!;

    public JsonNode AssertOk()
    {
        Assert.True(Status == 200, $"200 was expected, {Status} came: {Body}");
        return Body.Length == 0 ? new JsonObject() : Json;
    }

    /// <summary>The exact error, its members and nothing else.</summary>
    private const string InternalFailure =
        "Internal Service Failure: what was asked for is out of reach, or the store did not confirm it in time. Try again; /ready on the node's admin port tells whether it can serve.";

    public void AssertError(string type, string? message, int status = 400)
    {
        var expected = new JsonObject { ["__type"] = type };
        if (type == "InternalFailure") message ??= InternalFailure;
        if (message is not null) expected["message"] = message;
        AssertErrorJson(expected, status);
    }

    /// <summary>A wrong type of a member: the text has a capital M.</summary>
    public void AssertWrongType(string message) =>
        AssertErrorJson(new JsonObject { ["__type"] = "SerializationException", ["Message"] = message }, 400);

    private void AssertErrorJson(JsonObject expected, int status)
    {
        Assert.Equal((status, expected.ToJsonString()), (Status, Json.ToJsonString()));
        Assert.Equal(ContentType, Headers["Content-Type"]);
    }
}
