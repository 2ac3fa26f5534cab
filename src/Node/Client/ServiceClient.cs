using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Node.Client;

/// <summary>
/// Calls one API of the endpoint over HTTP with signed requests, as an SDK does. A call is tried again on errors that may pass, under one
/// invocation id as SDKs send it.
/// </summary>
/// <param name="targetPrefix">Of <c>X-Amz-Target</c>, with the dot.</param>
/// <param name="triesMax">Of one call; the pauses between them double from 50 ms on.</param>
internal sealed class ServiceClient(HttpClient http, Uri endpoint, SigV4Signer signer, string targetPrefix, TimeProvider clock, int triesMax = 8)
{
    public const string KinesisTarget = "Kinesis_20131202.";
    public const string FirehoseTarget = "Firehose_20150804.";

    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The answer's members; none where it has no body.</summary>
    /// <exception cref="ApiException">The service refused the call, could not be reached, or is none.</exception>
    public async Task<JsonObject> CallAsync(string operation, JsonObject request, CancellationToken cancel)
    {
        var answer = await CallAsync(operation, JsonSerializer.SerializeToUtf8Bytes(request), cancel);
        try
        {
            return answer.Length == 0 ? [] : JsonNode.Parse(answer) as JsonObject ?? throw new JsonException("no object");
        }
        catch (JsonException e)
        {
            throw new ApiException("NotUnderstood", $"{endpoint} answered {operation} with what is not the API's: {e.Message}", mayPass: false, e);
        }
    }

    public async Task<byte[]> CallAsync(string operation, byte[] body, CancellationToken cancel)
    {
        var invocation = Guid.NewGuid().ToString();
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(operation, body, invocation, cancel);
            }
            catch (ApiException e) when (e.MayPass && attempt < triesMax)
            {
                await Task.Delay(pause, clock, cancel);
                pause *= 2;
            }
        }
    }

    private async Task<byte[]> TryAsync(string operation, byte[] body, string invocation, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        message.Headers.Add("X-Amz-Target", targetPrefix + operation);
        message.Headers.Add("amz-sdk-invocation-id", invocation);
        signer.Sign(message, body);
        try
        {
            using var response = await http.SendAsync(message, cancel);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel);
            return response.IsSuccessStatusCode ? answer : throw Refusal((int)response.StatusCode, answer);
        }
        catch (TaskCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new ApiException(ApiException.Unreachable, $"{endpoint} did not answer within {http.Timeout.TotalSeconds} s.", mayPass: true, e);
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(ApiException.Unreachable, $"{endpoint} cannot be reached: {e.Message}", mayPass: true, e);
        }
    }

    private static ApiException Refusal(int status, byte[] body)
    {
        ErrorAnswer? error = null;
        try
        {
            error = JsonSerializer.Deserialize(body, KinesisJson.Default.ErrorAnswer);
        }
        catch (JsonException)
        {
            // Something else than a Kinesis service answers there; the status says what is known.
        }

        var name = error?.Type is { } type ? type[(type.LastIndexOf('#') + 1)..] : $"HTTP {status}";
        var mayPass = status >= 500 || name is "ProvisionedThroughputExceededException" or "LimitExceededException" or "ThrottlingException";
        return new ApiException(name, $"{name}: {error?.Message ?? "no message"}", mayPass);
    }
}
