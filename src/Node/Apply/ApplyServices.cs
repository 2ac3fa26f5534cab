using System.Text.Json.Nodes;
using ActorStreams.Gateway.Auth;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

/// <summary>The two APIs of the endpoint, as documents are applied over them.</summary>
internal sealed class ApplyServices(HttpClient http, Uri endpoint, AccessKey key, string region, TimeProvider clock)
{
    /// <summary>About a second and a half: whoever waits for a node that starts calls again.</summary>
    private const int TriesMax = 6;

    private static readonly TimeSpan s_activePatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly ServiceClient _kinesis = new(http, endpoint, new SigV4Signer(key, region, clock), ServiceClient.KinesisTarget, clock, TriesMax);
    private readonly ServiceClient _firehose = new(http, endpoint, new SigV4Signer(key, region, clock, "firehose"), ServiceClient.FirehoseTarget, clock, TriesMax);

    public Task<JsonObject> KinesisAsync(string operation, JsonObject request, CancellationToken cancel) => _kinesis.CallAsync(operation, request, cancel);

    public Task<JsonObject> FirehoseAsync(string operation, JsonObject request, CancellationToken cancel) => _firehose.CallAsync(operation, request, cancel);

    /// <summary>The summary; null where there is no such stream.</summary>
    public Task<JsonObject?> FindStreamAsync(string name, CancellationToken cancel) =>
        FindAsync(_kinesis, "DescribeStreamSummary", new JsonObject { ["StreamName"] = name }, "StreamDescriptionSummary", "StreamStatus", cancel);

    /// <summary>The description; null where there is no such delivery stream.</summary>
    public Task<JsonObject?> FindDeliveryStreamAsync(string name, CancellationToken cancel) =>
        FindAsync(_firehose, "DescribeDeliveryStream", new JsonObject { ["DeliveryStreamName"] = name }, "DeliveryStreamDescription", "DeliveryStreamStatus", cancel);

    public Task<JsonObject> ActiveStreamAsync(string name, CancellationToken cancel) =>
        ActiveAsync("StreamStatus", () => FindStreamAsync(name, cancel), cancel);

    public Task ActiveDeliveryStreamAsync(string name, CancellationToken cancel) =>
        ActiveAsync("DeliveryStreamStatus", () => FindDeliveryStreamAsync(name, cancel), cancel);

    private static async Task<JsonObject?> FindAsync(
        ServiceClient service, string operation, JsonObject request, string member, string status, CancellationToken cancel)
    {
        try
        {
            var found = (JsonObject)(await service.CallAsync(operation, request, cancel))[member]!;
            return (string?)found[status] == "DELETING" ? throw new ApiException("Deleting", "It is being deleted; apply again when it is gone.", mayPass: false) : found;
        }
        catch (ApiException e) when (e.Error == "ResourceNotFoundException")
        {
            return null;
        }
    }

    private async Task<JsonObject> ActiveAsync(string member, Func<Task<JsonObject?>> find, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var status = "gone";
            if (await find() is { } found)
            {
                status = (string)found[member]!;
                if (status == "ACTIVE") return found;
            }
            if (status is "gone" or "CREATING_FAILED" || clock.GetElapsedTime(start) > s_activePatience)
                throw new ApiException("NotActive", $"It did not become ACTIVE within {s_activePatience.TotalSeconds} s: it is {status}.", mayPass: false);
            await Task.Delay(s_look, clock, cancel);
        }
    }
}
