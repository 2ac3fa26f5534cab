using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Tests.EventStream;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Tests.FanOut;

/// <summary>A client that subscribes and reads events one by one.</summary>
internal sealed class SubscriptionClient : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;

    private SubscriptionClient(HttpClient http, HttpResponseMessage response, Stream stream)
    {
        _http = http;
        _response = response;
        _stream = stream;
    }

    /// <summary>Registers a consumer; its ARN.</summary>
    public static async Task<string> RegisterAsync(GatewayHost gateway, string stream = "s", string name = "reports")
    {
        var updated = Assert.IsType<UpdateStreamResult.Updated>(await gateway.Streams.UpdateStreamAsync(
            new StreamId(GatewayHost.Region, stream), new StreamChange.RegisterConsumer(name, StreamConfiguration.NoTags), isCompat: false, default));
        var created = updated.After.Consumer(name)!.CreatedAtMs / 1000;
        return $"arn:aws:kinesis:{GatewayHost.Region}:{GatewayHost.Account}:stream/{stream}/consumer/{name}:{created}";
    }

    public static object Body(string arn, string type = "TRIM_HORIZON", string? number = null, string shard = "shardId-000000000000") =>
        new { ConsumerARN = arn, ShardId = shard, StartingPosition = new { Type = type, SequenceNumber = number } };

    /// <summary>A subscription that has begun: its initial response is read.</summary>
    public static async Task<SubscriptionClient> SubscribeAsync(
        GatewayHost gateway, object body, Version? version = null, Uri? address = null, HttpClient? http = null)
    {
        http ??= Client();
        using var request = gateway.Request("SubscribeToShard", JsonSerializer.SerializeToUtf8Bytes(body), address: address);
        request.Version = version ?? HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())}");
        Assert.Equal("application/vnd.amazon.eventstream", response.Content.Headers.ContentType!.ToString());
        var client = new SubscriptionClient(http, response, await response.Content.ReadAsStreamAsync());
        var first = await client.MessageAsync();
        Assert.Equal(("event", "initial-response", "{}"), (first![":message-type"], first[":event-type"], Encoding.UTF8.GetString(first.Payload)));
        return client;
    }

    public static HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        InitialHttp2StreamWindowSize = 65_535,
    });

    /// <summary>Null at the end of the stream.</summary>
    public Task<EventStreamMessage?> MessageAsync() => EventStreamReader.ReadAsync(_stream, CancellationToken.None).WaitAsync(Patience);

    /// <summary>The next message, which must be an event.</summary>
    public async Task<JsonNode> EventAsync()
    {
        var message = await MessageAsync();
        Assert.NotNull(message);
        Assert.Equal(
            ("event", "SubscribeToShardEvent", "application/x-amz-json-1.1"),
            (message[":message-type"], message[":event-type"], message[":content-type"]));
        return JsonNode.Parse(message.Payload)!;
    }

    /// <summary>The next message, which must be an exception, the last one.</summary>
    public async Task<(string Type, string Message)> ExceptionAsync()
    {
        var message = await MessageAsync();
        Assert.NotNull(message);
        Assert.Equal("exception", message[":message-type"]);
        Assert.Null(await MessageAsync());
        return (message[":exception-type"], (string)JsonNode.Parse(message.Payload)!["message"]!);
    }

    /// <summary>Data of the records of an event, one after another.</summary>
    public static string Text(JsonNode e) =>
        string.Concat(e["Records"]!.AsArray().Select(r => Encoding.UTF8.GetString(Convert.FromBase64String((string)r!["Data"]!))));

    public void Dispose()
    {
        _response.Dispose();
        _http.Dispose();
    }
}
