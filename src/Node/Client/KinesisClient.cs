using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Node.Client;

/// <summary>
/// The few Kinesis calls that the demo and the replay make, over HTTP with signed requests, as an SDK makes them, and tried
/// again on errors that may pass.
/// </summary>
internal sealed class KinesisClient(HttpClient http, Uri endpoint, SigV4Signer signer, TimeProvider clock)
{
    private readonly ServiceClient _service = new(http, endpoint, signer, ServiceClient.KinesisTarget, clock);

    /// <summary>Creates the stream when it is missing, and waits until it takes records.</summary>
    public async Task EnsureStreamAsync(string stream, int shards, CancellationToken cancel)
    {
        try
        {
            await CallAsync("CreateStream", new CreateStreamRequest(stream, shards), KinesisJson.Default.CreateStreamRequest, cancel);
        }
        catch (ApiException e) when (e.Error == "ResourceInUseException")
        {
            // It is there already, which is what is wanted.
        }

        while (await StatusAsync(stream, cancel) is not ("ACTIVE" or "UPDATING")) await Task.Delay(ServiceClient.FirstPause, clock, cancel);
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

    private Task<byte[]> CallAsync<T>(string operation, T request, JsonTypeInfo<T> type, CancellationToken cancel) =>
        _service.CallAsync(operation, JsonSerializer.SerializeToUtf8Bytes(request, type), cancel);
}
