using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations.Http;

namespace ActorStreams.Pipelines.Firehose.Destinations.Search;

/// <summary>An OpenSearch cluster, or one that answers like it.</summary>
/// <param name="Endpoint">Absolute, http or https; a path is kept.</param>
public sealed record SearchOptions(Uri Endpoint)
{
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Of one request, default 10 MiB; a document that is larger goes alone. Large ones take the cluster's memory, small ones cost requests.</summary>
    public int BulkBytesMax { get; init; } = 10 << 20;

    /// <summary>For one request, default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>No secret gets into a log by way of a record's text.</summary>
    public override string ToString() => $"SearchOptions {{ Endpoint = {Endpoint} }}";
}

/// <summary>
/// Documents in an index, <b>exactly once by id</b>: a document is created under its id and never changed afterwards, so that a repetition
/// finds it there. The index has to be the same at each redo. Documents without an id are indexed at least once.
/// </summary>
/// <param name="http">From <see cref="HttpEndpointClient.CreateHttp"/>, shared among clients.</param>
public sealed class SearchClient(HttpClient http, SearchOptions options, TimeProvider time)
{
    // 10 MiB of the least documents are some 200,000 items of at most 600 bytes when all fail.
    private const int AnswerBytesMax = 128 << 20;

    /// <summary>One try; an outcome for each document, in order.</summary>
    public async Task<IReadOnlyList<SearchOutcome>> SendAsync(string index, IReadOnlyList<SearchDocument> documents, CancellationToken cancel)
    {
        var outcomes = new SearchOutcome?[documents.Count];
        var bulk = new BulkBody(index);
        for (var i = 0; i < documents.Count; i++)
        {
            if (bulk.Add(documents[i], i) is { } failed) outcomes[i] = failed;
            if (bulk.Bytes < options.BulkBytesMax) continue;
            await PostAsync(bulk, documents, outcomes, cancel);
            bulk = new BulkBody(index);
        }
        await PostAsync(bulk, documents, outcomes, cancel);
        return outcomes!;
    }

    private async Task PostAsync(BulkBody bulk, IReadOnlyList<SearchDocument> documents, SearchOutcome?[] outcomes, CancellationToken cancel)
    {
        if (bulk.Ordinals.Count == 0) return;
        var exchange = await ExchangeAsync(bulk.Content, cancel);
        if (exchange.Status == HttpStatusCode.RequestEntityTooLarge)
        {
            await PostSmallerAsync(bulk, documents, outcomes, exchange, cancel);
            return;
        }
        var results = exchange switch
        {
            { Failure: { } failure } => BulkAnswer.ForAll(bulk.Ordinals.Count, new SearchOutcome.Retry($"The cluster at {options.Endpoint} {failure}.", exchange.RetryAfter)),
            // Also a refusal of the whole request is no judgement of its documents: a key, a right, a plug-in in between.
            { Status: not HttpStatusCode.OK } => BulkAnswer.ForAll(
                bulk.Ordinals.Count, new SearchOutcome.Retry($"The cluster at {options.Endpoint} answered {(int)exchange.Status}: {exchange.Text}", exchange.RetryAfter)),
            _ => BulkAnswer.Parse(exchange.Body, bulk.Ids),
        };
        for (var i = 0; i < results.Count; i++) outcomes[bulk.Ordinals[i]] = results[i];
    }

    private async Task PostSmallerAsync(
        BulkBody bulk, IReadOnlyList<SearchDocument> documents, SearchOutcome?[] outcomes, HttpExchange exchange, CancellationToken cancel)
    {
        var ordinals = bulk.Ordinals;
        if (ordinals.Count == 1)
        {
            outcomes[ordinals[0]] = new SearchOutcome.Failed("413 request_entity_too_large", $"The cluster at {options.Endpoint} takes no document of this size: {exchange.Text}");
            return;
        }
        foreach (var half in (IEnumerable<int>[])[ordinals.Take(ordinals.Count / 2), ordinals.Skip(ordinals.Count / 2)])
        {
            var smaller = new BulkBody(bulk.Index);
            foreach (var ordinal in half) smaller.Add(documents[ordinal], ordinal);
            await PostAsync(smaller, documents, outcomes, cancel);
        }
    }

    private async Task<HttpExchange> ExchangeAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        // Answers tell what is needed here and not each shard's part, so that they stay small.
        const string filter = "filter_path=items.*.status,items.*._id,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{options.Endpoint.ToString().TrimEnd('/')}/_bulk?{filter}"))
        {
            Content = new ReadOnlyMemoryContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        if (options.User is { } user)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")));
        return await HttpExchange.RunAsync(http, request, options.Timeout, time, cancel, AnswerBytesMax);
    }
}
