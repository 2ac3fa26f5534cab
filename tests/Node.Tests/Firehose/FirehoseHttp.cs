using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>Calls the Firehose API as an SDK does: signed, and again under one invocation id where an answer does not come.</summary>
internal sealed class FirehoseHttp(Uri endpoint) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly SigV4Signer _signer = new(new AccessKey("AKIDEXAMPLE", "secret"), "us-east-1", TimeProvider.System, "firehose");

    public void Dispose() => _http.Dispose();

    public async Task<JsonNode> CallAsync(string operation, JsonObject request, string? invocation = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        message.Headers.Add("X-Amz-Target", "Firehose_20150804." + operation);
        message.Headers.Add("amz-sdk-invocation-id", invocation ?? Guid.NewGuid().ToString());
        _signer.Sign(message, body);
        using var response = await _http.SendAsync(message);
        var answer = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{operation}: {(int)response.StatusCode} {answer}", null, response.StatusCode);
        return answer.Length == 0 ? new JsonObject() : JsonNode.Parse(answer)!;
    }

    /// <summary>Creates a Direct PUT delivery stream to a bucket and waits until it takes records.</summary>
    public async Task CreateAsync(string name, JsonObject destination, string kind = "ExtendedS3")
    {
        await CallAsync("CreateDeliveryStream", new JsonObject
        {
            ["DeliveryStreamName"] = name,
            ["DeliveryStreamType"] = "DirectPut",
            [kind + "DestinationConfiguration"] = destination,
        });
        await ActiveAsync(name);
    }

    public async Task ActiveAsync(string name)
    {
        for (var look = 0; look < 400; look++)
        {
            var described = await CallAsync("DescribeDeliveryStream", new JsonObject { ["DeliveryStreamName"] = name });
            if ((string?)described["DeliveryStreamDescription"]!["DeliveryStreamStatus"] == "ACTIVE") return;
            await Task.Delay(25);
        }
        throw new TimeoutException($"{name} did not become ACTIVE.");
    }

    /// <summary>Puts until all is acknowledged, over restarts of the node; every try under one invocation id.</summary>
    public async Task PutAsync(string name, IReadOnlyList<string> records, CancellationToken stop)
    {
        var invocation = Guid.NewGuid().ToString();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var answer = await CallAsync("PutRecordBatch", new JsonObject
                {
                    ["DeliveryStreamName"] = name,
                    ["Records"] = new JsonArray([.. records.Select(r => new JsonObject { ["Data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(r)) })]),
                }, invocation);
                if ((int)answer["FailedPutCount"]! == 0) return;
            }
            catch (Exception e) when (e is HttpRequestException { StatusCode: null or >= System.Net.HttpStatusCode.InternalServerError } or TaskCanceledException or IOException)
            {
                // It is killed now and then.
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
