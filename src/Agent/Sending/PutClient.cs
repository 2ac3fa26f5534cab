using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ActorStreams.Agent.Configuration;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Agent.Sending;

/// <summary>What a producer says of its put (docs/exactly-once-puts.md).</summary>
internal sealed record PutProducer(string Name, long Epoch, string Positions);

internal abstract record PutOutcome
{
    private PutOutcome() { }

    /// <param name="Errors">An error for each record, null for those that are stored; empty where all are.</param>
    /// <param name="Repeated">Records that were there already; null where the service does not say, and so does not know producers.</param>
    internal sealed record Answered(IReadOnlyList<string?> Errors, int? Repeated) : PutOutcome;

    /// <summary>Nothing is known to be stored.</summary>
    /// <param name="IsFenced">Another agent goes on under the producer's name with a higher epoch.</param>
    internal sealed record Refused(string Error, string Message, bool IsFenced) : PutOutcome;
}

/// <summary>Puts to Kinesis or Firehose over HTTP, one try a call, with requests signed as an SDK signs them. Refusals are values.</summary>
internal sealed class PutClient(HttpClient http, ServiceSettings service, DestinationKind kind, SigV4Signer signer, string? sessionToken)
{
    private const string RepeatedHeader = "x-actorstreams-repeated";

    private static readonly MediaTypeHeaderValue s_json = new("application/x-amz-json-1.1");

    private readonly string _target = kind == DestinationKind.KinesisStream ? "Kinesis_20131202.PutRecords" : "Firehose_20150804.PutRecordBatch";

    public async Task<PutOutcome> PutAsync(ReadOnlyMemory<byte> body, int count, PutProducer? producer, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, service.Endpoint) { Content = new ReadOnlyMemoryContent(body) };
        message.Content.Headers.ContentType = s_json;
        message.Headers.Add("X-Amz-Target", _target);
        if (sessionToken is not null) message.Headers.Add("X-Amz-Security-Token", sessionToken);
        if (producer is not null)
        {
            message.Headers.Add("x-actorstreams-producer", producer.Name);
            message.Headers.Add("x-actorstreams-epoch", $"{producer.Epoch}");
            message.Headers.TryAddWithoutValidation("x-actorstreams-position", producer.Positions);
        }
        signer.Sign(message, body.Span);
        try
        {
            using var response = await http.SendAsync(message, cancel);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel);
            if (!response.IsSuccessStatusCode) return Refusal(response.StatusCode, answer);
            int? repeated = response.Headers.TryGetValues(RepeatedHeader, out var values) && int.TryParse(values.First(), out var number) ? number : null;
            return new PutOutcome.Answered(Errors(answer, count), repeated);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new PutOutcome.Refused("Unreachable", $"{service.Endpoint} did not answer within {http.Timeout.TotalSeconds} s.", IsFenced: false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new PutOutcome.Refused("Unreachable", $"{service.Endpoint} cannot be reached: {e.Message}", IsFenced: false);
        }
        catch (JsonException e)
        {
            return new PutOutcome.Refused("NotUnderstood", $"{service.Endpoint} answered what is not the API's: {e.Message}", IsFenced: false);
        }
    }

    private static IReadOnlyList<string?> Errors(byte[] answer, int count)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("no object");
        if (!root.TryGetProperty("FailedRecordCount", out var failed) && !root.TryGetProperty("FailedPutCount", out failed)) throw new JsonException("no count of failed records");
        if (failed.GetInt32() == 0) return [];
        if (!root.TryGetProperty("Records", out var results) && !root.TryGetProperty("RequestResponses", out results)) throw new JsonException("no results");
        var errors = results.EnumerateArray().Select(r => r.TryGetProperty("ErrorCode", out var code) ? code.GetString() : null).ToArray();
        return errors.Length == count ? errors : throw new JsonException($"{errors.Length} results for {count} records");
    }

    private static PutOutcome.Refused Refusal(HttpStatusCode status, byte[] body)
    {
        string? type = null, text = null;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.String))
                {
                    if (member.Name == "__type") type = member.Value.GetString();
                    else if (member.Name.Equals("message", StringComparison.OrdinalIgnoreCase)) text = member.Value.GetString();
                }
            }
        }
        catch (JsonException)
        {
            // Something else answers there, a proxy perhaps; the status says what is known.
        }
        var name = type is null ? $"HTTP {(int)status}" : type[(type.LastIndexOf('#') + 1)..];
        return new PutOutcome.Refused(name, text ?? "no message", IsFenced: name == "ResourceInUseException");
    }
}
