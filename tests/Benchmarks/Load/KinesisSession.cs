using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ActorStreams.Benchmarks.Load;

/// <summary>One connection and its signer, with the control calls that workloads need. Every refusal is an exception with the server's words.</summary>
public sealed class KinesisSession(IPEndPoint server, RequestSigner signer) : IDisposable
{
    private static readonly TimeSpan ActiveTimeout = TimeSpan.FromSeconds(60);
    private readonly HttpConnection _connection = new(server);

    public RequestSigner Signer => signer;

    /// <summary>Sends and takes any answer.</summary>
    public HttpAnswer Exchange(SignedRequest request) => _connection.Exchange(request.Stamp());

    /// <summary>Sends and accepts nothing but status 200.</summary>
    public HttpAnswer Call(string operation, string json)
    {
        var answer = Exchange(signer.Prepare(operation, json));
        return answer.Status == 200 ? answer : throw new InvalidDataException($"{operation}: {answer.Describe()}");
    }

    /// <summary>Creates a stream and returns how long it took to become ACTIVE, polling back to back.</summary>
    public TimeSpan CreateStream(string stream, int shardCount)
    {
        var start = Stopwatch.GetTimestamp();
        Call("CreateStream", $$"""{"StreamName":"{{stream}}","ShardCount":{{shardCount}}}""");
        WaitUntilActive(stream);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Polls back to back.</summary>
    public void WaitUntilActive(string stream)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Call("DescribeStreamSummary", Name(stream)).Body.ContainsText("\"StreamStatus\":\"ACTIVE\""))
        {
            if (Stopwatch.GetElapsedTime(start) > ActiveTimeout)
                throw new TimeoutException($"Stream {stream} was to be ACTIVE within {ActiveTimeout.TotalSeconds} s.");
        }
    }

    public void DeleteStream(string stream) => Call("DeleteStream", Name(stream));

    public IReadOnlyList<string> ListShards(string stream)
    {
        var shards = new List<string>();
        for (var request = Name(stream); ;)
        {
            using var page = JsonDocument.Parse(Call("ListShards", request).Body.ToArray());
            shards.AddRange(page.RootElement.GetProperty("Shards").EnumerateArray().Select(s => s.GetProperty("ShardId").GetString()!));
            if (!page.RootElement.TryGetProperty("NextToken", out var token))
                return shards;
            request = $$"""{"NextToken":"{{token.GetString()}}"}""";
        }
    }

    public string GetShardIterator(string stream, string shard, string type)
    {
        var request = $$"""{"StreamName":"{{stream}}","ShardId":"{{shard}}","ShardIteratorType":"{{type}}"}""";
        var answer = Call("GetShardIterator", request);
        return KinesisAnswers.Text(answer.Body, "\"ShardIterator\":\""u8)
            ?? throw new InvalidDataException($"GetShardIterator gave no iterator: {answer.Describe()}");
    }

    /// <param name="contentType">Of the request, and so of the answer.</param>
    public HttpAnswer GetRecords(string iterator, int limit, string contentType = RequestSigner.Json)
    {
        var body = contentType == RequestSigner.Cbor
            ? new CborText().StartMap().Text("ShardIterator").Text(iterator).Text("Limit").Integer(limit).End().ToArray()
            : Encoding.UTF8.GetBytes($$"""{"ShardIterator":"{{iterator}}","Limit":{{limit}}}""");
        var answer = Exchange(signer.Prepare("GetRecords", body, contentType));
        return answer.Status == 200 ? answer : throw new InvalidDataException($"GetRecords: {answer.Describe()}");
    }

    public void Dispose() => _connection.Dispose();

    private static string Name(string stream) => $$"""{"StreamName":"{{stream}}"}""";
}

internal static class BodyText
{
    public static bool ContainsText(this ReadOnlySpan<byte> body, string text) => body.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
