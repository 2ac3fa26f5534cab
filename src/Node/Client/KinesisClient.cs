using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Node.Client;

/// <summary>
/// The few Kinesis calls that the demo and the replay make, over HTTP with signed requests, as an SDK makes them. A call is
/// tried again on errors that may pass, under one invocation id as SDKs send it. The service does not read that id, so records of
/// a try that did arrive, but whose answer was lost, are stored twice.
/// </summary>
internal sealed class KinesisClient(HttpClient http, Uri endpoint, SigV4Signer signer, TimeProvider clock)
{
    private const int TriesMax = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Creates the stream when it is missing, and waits until it takes records.</summary>
    public async Task EnsureStreamAsync(string stream, int shards, CancellationToken cancel)
    {
        try
        {
            await CallAsync("CreateStream", new CreateStreamRequest(stream, shards), KinesisJson.Default.CreateStreamRequest, cancel);
        }
        catch (KinesisException e) when (e.Error == "ResourceInUseException")
        {
            // It is there already, which is what is wanted.
        }

        while (await StatusAsync(stream, cancel) is not ("ACTIVE" or "UPDATING")) await Task.Delay(FirstPause, clock, cancel);
    }

    public async Task<PutRecordsAnswer> PutRecordsAsync(string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancel) =>
        Read(await CallAsync("PutRecords", new PutRecordsRequest(stream, entries), KinesisJson.Default.PutRecordsRequest, cancel), KinesisJson.Default.PutRecordsAnswer);

    public async Task<IReadOnlyList<string>> ListShardsAsync(string stream, CancellationToken cancel)
    {
        var answer = Read(await CallAsync("ListShards", new StreamRequest(stream), KinesisJson.Default.StreamRequest, cancel), KinesisJson.Default.ListShardsAnswer);
        return [.. answer.Shards.Select(s => s.ShardId)];
    }

    public async Task<string> IteratorAtStartAsync(string stream, string shard, CancellationToken cancel)
    {
        var request = new GetShardIteratorRequest(stream, shard, "TRIM_HORIZON", null);
        var body = await CallAsync("GetShardIterator", request, KinesisJson.Default.GetShardIteratorRequest, cancel);
        return Read(body, KinesisJson.Default.GetShardIteratorAnswer).ShardIterator;
    }

    public async Task<GetRecordsAnswer> GetRecordsAsync(string iterator, CancellationToken cancel) =>
        Read(await CallAsync("GetRecords", new GetRecordsRequest(iterator, 10_000), KinesisJson.Default.GetRecordsRequest, cancel), KinesisJson.Default.GetRecordsAnswer);

    private async Task<string> StatusAsync(string stream, CancellationToken cancel)
    {
        var body = await CallAsync("DescribeStreamSummary", new StreamRequest(stream), KinesisJson.Default.StreamRequest, cancel);
        return Read(body, KinesisJson.Default.DescribeStreamSummaryAnswer).StreamDescriptionSummary.StreamStatus;
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The service answered null.");

    private async Task<byte[]> CallAsync<T>(string operation, T request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, type);
        var invocation = Guid.NewGuid().ToString();
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(operation, body, invocation, cancel);
            }
            catch (KinesisException e) when (e.MayPass && attempt < TriesMax)
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
        message.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
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
            throw new KinesisException(KinesisException.Unreachable, $"{endpoint} did not answer within {http.Timeout.TotalSeconds} s.", mayPass: true, e);
        }
        catch (HttpRequestException e)
        {
            throw new KinesisException(KinesisException.Unreachable, $"{endpoint} cannot be reached: {e.Message}", mayPass: true, e);
        }
    }

    private static KinesisException Refusal(int status, byte[] body)
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
        return new KinesisException(name, $"{name}: {error?.Message ?? "no message"}", mayPass);
    }
}
