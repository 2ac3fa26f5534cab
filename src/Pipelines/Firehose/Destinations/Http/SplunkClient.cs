using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Destinations.Http;

public enum SplunkEndpointType
{
    /// <summary>Records go as they are, one after the other.</summary>
    Raw,

    /// <summary>Each record is an event object of Splunk's own.</summary>
    Event,
}

/// <summary>A Splunk HTTP event collector.</summary>
/// <param name="Endpoint">Its address, without a path or with the one before <c>/services/collector</c>.</param>
/// <param name="Channel">The same for all tries of a delivery stream; acknowledgements are kept by channel.</param>
public sealed record SplunkOptions(Uri Endpoint, string Token, SplunkEndpointType Type, Guid Channel)
{
    /// <summary>How long indexers may take to acknowledge, default 180 s.</summary>
    public TimeSpan AcknowledgementTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Between two questions for the acknowledgement, default 1 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For one request, default 3 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>No secret gets into a log by way of a record's text.</summary>
    public override string ToString() => $"SplunkOptions {{ Endpoint = {Endpoint}, Type = {Type} }}";
}

/// <summary>
/// Sends records to Splunk, <b>at least once</b>: they count as delivered once an indexer has acknowledged them; without that they are sent
/// again, and Splunk has no id by which it would know them.
/// </summary>
/// <param name="http">From <see cref="HttpEndpointClient.CreateHttp"/>, shared among clients.</param>
public sealed class SplunkClient(HttpClient http, SplunkOptions options, TimeProvider time)
{
    // Splunk's codes for data that it will never take: none, no event format, event missing, event blank, wrong indexed fields.
    private static readonly int[] s_refusals = [5, 6, 12, 13, 15];

    /// <summary>What is wrong with a record that the event endpoint would refuse, and its whole batch with it; null for nothing.</summary>
    public static string? EventFault(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "It is no JSON object.";
            var found = false;
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("event"u8)) continue;
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty)) return "Its member 'event' is empty.";
                found = true;
                reader.Skip();
            }
            return found ? null : "It lacks the member 'event'.";
        }
        catch (JsonException)
        {
            return "It is not JSON.";
        }
    }

    /// <summary>One try, with its wait for the acknowledgement.</summary>
    public async Task<HttpAnswer> SendAsync(HttpDelivery delivery, CancellationToken cancel)
    {
        var path = options.Type == SplunkEndpointType.Raw ? "raw" : "event";
        var body = await WrittenContent.OfAsync(
            async (output, stop) =>
            {
                foreach (var record in delivery.Records) await output.WriteAsync(record, stop);
            },
            cancel);
        var exchange = await PostAsync(path, body, options.Timeout, cancel);
        if (exchange.Failure is { } failure) return new HttpAnswer.RetryLater($"Splunk at {options.Endpoint} {failure}.", exchange.RetryAfter);
        var code = Number(exchange, "code");
        if (exchange.Status == HttpStatusCode.RequestEntityTooLarge || (exchange.Status == HttpStatusCode.BadRequest && s_refusals.Contains((int)(code ?? -1))))
            return new HttpAnswer.Rejected(Told(exchange));
        if (exchange.Status != HttpStatusCode.OK || code != 0) return new HttpAnswer.RetryLater(Told(exchange), exchange.RetryAfter);
        return Number(exchange, "ackId") is { } acknowledgement
            ? await AcknowledgedAsync(acknowledgement, cancel)
            : new HttpAnswer.RetryLater($"Splunk at {options.Endpoint} took the records but gave no ackId: turn on indexer acknowledgement for the token.");
    }

    private async Task<HttpAnswer> AcknowledgedAsync(long id, CancellationToken cancel)
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(new { acks = new[] { id } });
        var since = time.GetTimestamp();
        string? last = null;
        while (true)
        {
            var left = options.AcknowledgementTimeout - time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                return new HttpAnswer.RetryLater($"Splunk at {options.Endpoint} did not acknowledge within {options.AcknowledgementTimeout.TotalSeconds:0.###} s{last}.");
            await Task.Delay(left < options.PollInterval ? left : options.PollInterval, time, cancel);
            var exchange = await PostAsync("ack", new ReadOnlyMemoryContent(question), options.Timeout, cancel);
            if (IsAcknowledged(exchange, id)) return HttpAnswer.Delivered.Instance;
            // What was taken may still be indexed, so that a failing question is put again before the records are sent again.
            last = exchange.Failure is { } failure ? $"; last it {failure}" : exchange.Status == HttpStatusCode.OK ? null : $"; last it answered {(int)exchange.Status}";
        }
    }

    private async Task<HttpExchange> PostAsync(string path, HttpContent body, TimeSpan timeout, CancellationToken cancel)
    {
        var address = new Uri($"{options.Endpoint.ToString().TrimEnd('/')}/services/collector/{path}?channel={options.Channel}");
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Splunk", options.Token);
        request.Headers.Add("X-Splunk-Request-Channel", options.Channel.ToString());
        if (path != "raw") request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await HttpExchange.RunAsync(http, request, timeout, time, cancel);
    }

    private static bool IsAcknowledged(HttpExchange exchange, long id)
    {
        if (exchange.Failure is not null || exchange.Status != HttpStatusCode.OK) return false;
        try
        {
            using var json = JsonDocument.Parse(exchange.Body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("acks", out var acks) && acks.ValueKind == JsonValueKind.Object
                && acks.TryGetProperty(id.ToString(CultureInfo.InvariantCulture), out var done) && done.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static long? Number(HttpExchange exchange, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(exchange.Body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Told(HttpExchange exchange) => $"Splunk at {options.Endpoint} answered {(int)exchange.Status}: {exchange.Text}";
}
