using System.Collections.Immutable;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Destinations.Http;

/// <summary>An endpoint that speaks Firehose's HTTP endpoint contract.</summary>
/// <param name="Url">Absolute, http or https.</param>
/// <param name="SourceArn">Of the delivery stream, told to the endpoint.</param>
public sealed record HttpEndpointOptions(Uri Url, string SourceArn)
{
    /// <summary>Sent as <c>X-Amz-Firehose-Access-Key</c>; null for none.</summary>
    public string? AccessKey { get; init; }

    public ImmutableSortedDictionary<string, string> CommonAttributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public bool Gzip { get; init; }

    /// <summary>For one try, default the contract's 3 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>No secret gets into a log by way of a record's text.</summary>
    public override string ToString() => $"HttpEndpointOptions {{ Url = {Url} }}";
}

/// <summary>
/// Sends records to an HTTP endpoint, <b>at least once</b>: an answer that is lost, or a crash before it is noted, sends the same request again,
/// byte for byte and under the same request id, by which the endpoint may know it.
/// </summary>
/// <param name="http">From <see cref="CreateHttp"/>, shared among clients.</param>
public sealed class HttpEndpointClient(HttpClient http, HttpEndpointOptions options, TimeProvider time)
{
    private const int FlushBytes = 1 << 16;

    public static HttpClient CreateHttp() => HttpExchange.CreateClient();

    /// <summary>One try.</summary>
    public async Task<HttpAnswer> SendAsync(HttpDelivery delivery, CancellationToken cancel)
    {
        using var request = await RequestOfAsync(delivery, cancel);
        var exchange = await HttpExchange.RunAsync(http, request, options.Timeout, time, cancel);
        if (exchange.Failure is { } failure) return new HttpAnswer.RetryLater($"The endpoint {options.Url} {failure}.", exchange.RetryAfter);
        switch (exchange.Status)
        {
            case HttpStatusCode.OK:
                return Fault(exchange, delivery) is { } fault
                    ? new HttpAnswer.RetryLater($"The endpoint {options.Url} answered 200, but {fault}.", exchange.RetryAfter)
                    : HttpAnswer.Delivered.Instance;
            case HttpStatusCode.RequestEntityTooLarge:
                return new HttpAnswer.Rejected(Told(exchange));
            default:
                return new HttpAnswer.RetryLater(Told(exchange), exchange.RetryAfter);
        }
    }

    private async Task<HttpRequestMessage> RequestOfAsync(HttpDelivery delivery, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = await ContentOfAsync(delivery, cancel) };
        request.Headers.Add("X-Amz-Firehose-Protocol-Version", "1.0");
        request.Headers.Add("X-Amz-Firehose-Request-Id", delivery.RequestId);
        request.Headers.Add("X-Amz-Firehose-Source-Arn", options.SourceArn);
        if (options.AccessKey is { } key) request.Headers.Add("X-Amz-Firehose-Access-Key", key);
        if (options.CommonAttributes.Count > 0)
            request.Headers.Add("X-Amz-Firehose-Common-Attributes", JsonSerializer.Serialize(new { commonAttributes = options.CommonAttributes }));
        return request;
    }

    private async Task<HttpContent> ContentOfAsync(HttpDelivery delivery, CancellationToken cancel)
    {
        var content = await WrittenContent.OfAsync(options.Gzip ? WriteZippedAsync : WriteAsync, cancel);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (options.Gzip) content.Headers.ContentEncoding.Add("gzip");
        return content;

        async Task WriteZippedAsync(Stream output, CancellationToken stop)
        {
            await using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
            await WriteAsync(gzip, stop);
        }

        async Task WriteAsync(Stream output, CancellationToken stop)
        {
            await using var json = new Utf8JsonWriter(output);
            json.WriteStartObject();
            json.WriteString("requestId", delivery.RequestId);
            json.WriteNumber("timestamp", delivery.CreatedAt.ToUnixTimeMilliseconds());
            json.WriteStartArray("records");
            foreach (var record in delivery.Records)
            {
                json.WriteStartObject();
                json.WriteBase64String("data", record.Span);
                json.WriteEndObject();
                if (json.BytesPending >= FlushBytes) await json.FlushAsync(stop);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    /// <summary>What is wrong with an answer that says 200, or null.</summary>
    private static string? Fault(HttpExchange exchange, HttpDelivery delivery)
    {
        try
        {
            using var json = JsonDocument.Parse(exchange.Body);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return "its body is no JSON object";
            if (!json.RootElement.TryGetProperty("requestId", out var id) || id.ValueKind != JsonValueKind.String) return "its body lacks the string requestId";
            if (id.GetString() != delivery.RequestId) return $"its requestId is '{id.GetString()}' instead of '{delivery.RequestId}'";
            return json.RootElement.TryGetProperty("timestamp", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out _)
                ? null
                : "its body lacks the number timestamp, in milliseconds";
        }
        catch (JsonException)
        {
            return "its body is not JSON";
        }
    }

    private string Told(HttpExchange exchange) => $"The endpoint {options.Url} answered {(int)exchange.Status}: {MessageOf(exchange)}";

    private static string MessageOf(HttpExchange exchange)
    {
        try
        {
            using var json = JsonDocument.Parse(exchange.Body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String)
                return message.GetString()!;
        }
        catch (JsonException)
        {
            // Then whatever it said.
        }
        return exchange.Text;
    }
}
