using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ActorStreams.TestKit;

/// <summary>What the service answered to one call.</summary>
/// <param name="Error">Kinesis's name of the error; null when there was none.</param>
public sealed record KinesisAnswer(int Status, JsonObject Body, string? Error)
{
    public bool Succeeded => Status == 200;

    /// <summary>The body of a call that must have succeeded.</summary>
    public JsonObject Expect() => Succeeded ? Body : throw new InvalidOperationException($"The service answered {Status} {Error}: {Body.ToJsonString()}");
}

/// <summary>
/// A Kinesis client with nothing between the test and the wire: JSON in, JSON out, one try. It signs by itself, from AWS's
/// description of Signature Version 4, so that it also checks the service's own reading of it.
/// </summary>
public sealed class KinesisHttp(Uri endpoint, string region = "eu-test-1", string accessKey = "test", string secret = "test") : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Calls an operation of Kinesis. Throws <see cref="HttpRequestException"/> or <see cref="IOException"/> where no answer came.</summary>
    /// <param name="invocationId">Sent as <c>amz-sdk-invocation-id</c>; the same one marks a repeated try of one call.</param>
    public Task<KinesisAnswer> CallAsync(string operation, JsonObject request, string? invocationId = null, CancellationToken cancel = default) =>
        CallAsync(operation, Encoding.UTF8.GetBytes(request.ToJsonString()), invocationId is null ? [] : [("amz-sdk-invocation-id", invocationId)], cancel);

    /// <summary>The same with a body that is made already, and with headers of which those of ours are signed, as an SDK signs what is set before it does.</summary>
    public async Task<KinesisAnswer> CallAsync(
        string operation, byte[] body, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancel = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        message.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
        foreach (var (name, value) in headers) message.Headers.Add(name, value);
        Sign(message, body, DateTimeOffset.UtcNow);
        using var response = await _http.SendAsync(message, cancel);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancel);
        var json = bytes.Length == 0 ? [] : JsonNode.Parse(bytes)!.AsObject();
        return new KinesisAnswer((int)response.StatusCode, json, (string?)json["__type"]);
    }

    /// <summary>Creates a stream and waits until it is ACTIVE.</summary>
    public async Task CreateStreamAsync(string stream, int shards)
    {
        (await CallAsync("CreateStream", new JsonObject { ["StreamName"] = stream, ["ShardCount"] = shards })).Expect();
        await ActiveAsync(stream);
    }

    public async Task ActiveAsync(string stream)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var answer = await CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = stream }, cancel: limit.Token);
            if (answer.Succeeded && (string?)answer.Body["StreamDescriptionSummary"]!["StreamStatus"] == "ACTIVE") return;
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>All records of a stream from the trim horizon to the tip, by shard, in order.</summary>
    public async Task<IReadOnlyList<StoredRecord>> ReadAllAsync(string stream)
    {
        var shards = (await CallAsync("ListShards", new JsonObject { ["StreamName"] = stream })).Expect();
        var records = new List<StoredRecord>();
        foreach (var shard in shards["Shards"]!.AsArray())
            await ReadShardAsync(stream, (string)shard!["ShardId"]!, records);
        return records;
    }

    public void Dispose() => _http.Dispose();

    private async Task ReadShardAsync(string stream, string shard, List<StoredRecord> records)
    {
        var start = new JsonObject { ["StreamName"] = stream, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" };
        var iterator = (string?)(await CallAsync("GetShardIterator", start)).Expect()["ShardIterator"];
        while (iterator is not null)
        {
            var answer = (await CallAsync("GetRecords", new JsonObject { ["ShardIterator"] = iterator, ["Limit"] = 10_000 })).Expect();
            foreach (var record in answer["Records"]!.AsArray())
            {
                records.Add(new StoredRecord(
                    shard, (string)record!["SequenceNumber"]!, (string)record["PartitionKey"]!, Convert.FromBase64String((string)record["Data"]!))
                {
                    Arrival = DateTimeOffset.UnixEpoch.AddSeconds((double)record["ApproximateArrivalTimestamp"]!),
                });
            }

            if (answer["Records"]!.AsArray().Count == 0 && (long)answer["MillisBehindLatest"]! == 0) return;
            iterator = (string?)answer["NextShardIterator"];
        }
    }

    private void Sign(HttpRequestMessage message, byte[] body, DateTimeOffset now)
    {
        var date = now.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var host = message.RequestUri!.IsDefaultPort ? message.RequestUri.Host : $"{message.RequestUri.Host}:{message.RequestUri.Port}";
        var target = message.Headers.GetValues("X-Amz-Target").Single();
        var signed = message.Headers.Where(h => h.Key.StartsWith("x-actorstreams-", StringComparison.OrdinalIgnoreCase))
            .Select(h => (Name: h.Key.ToLowerInvariant(), Value: h.Value.Single()))
            .Concat([("host", host), ("x-amz-date", date), ("x-amz-target", target)]).OrderBy(h => h.Item1, StringComparer.Ordinal).ToArray();
        var signedHeaders = string.Join(';', signed.Select(h => h.Item1));
        var canonical = $"POST\n/\n\n{string.Concat(signed.Select(h => $"{h.Item1}:{h.Item2}\n"))}\n{signedHeaders}\n{Hex(SHA256.HashData(body))}";
        var scope = $"{date[..8]}/{region}/kinesis/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        message.Headers.Add("X-Amz-Date", date);
        message.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>A record as GetRecords gave it.</summary>
public sealed record StoredRecord(string Shard, string SequenceNumber, string PartitionKey, byte[] Data)
{
    /// <summary>When it came, by the clock of the shard's owner.</summary>
    public DateTimeOffset Arrival { get; init; }
}
