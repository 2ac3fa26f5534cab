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

    /// <summary>Of one request, default 2 MiB; a document that is larger goes alone. Large ones take memory here and in the cluster, small ones cost requests.</summary>
    public int BulkBytesMax { get; init; } = 2 << 20;

    /// <summary>Of one request, default 5,000: the answer has a line for each.</summary>
    public int BulkDocumentsMax { get; init; } = 5_000;

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
    /// <summary>An item takes some hundred bytes where the document was refused, with the beginning of what was wrong with it.</summary>
    private const int AnswerBytesMax = 16 << 20;

    /// <summary>An item of an answer, in its text and as it is read.</summary>
    private const int ItemBytes = 512;

    /// <summary>What a try holds in memory, beside a document that is longer than a request: the documents of a request, its body, which grows by doubling, and the answer.</summary>
    public long MemoryBytes => (3L * options.BulkBytesMax) + ((long)options.BulkDocumentsMax * ItemBytes);

    /// <summary>One try. Where a request fails as a whole those behind it are not sent: they would wait as long for the same.</summary>
    /// <param name="documents">Each is there until the next is asked for.</param>
    /// <param name="told">Told of each document, by its place, what came of it, once; of those to be sent again in order.</param>
    public async Task SendAsync(IEnumerable<SearchDocument> documents, Action<int, SearchDocument, SearchOutcome> told, CancellationToken cancel)
    {
        var bulk = new BulkBody();
        SearchOutcome.Retry? away = null;
        var ordinal = 0;
        foreach (var document in documents)
        {
            if (away is not null) told(ordinal, document, away);
            else if (bulk.Add(document with { Json = document.Json.ToArray() }, ordinal) is { } failed) told(ordinal, document, failed);
            ordinal++;
            if (bulk.Bytes < options.BulkBytesMax && bulk.Documents.Count < options.BulkDocumentsMax) continue;
            away = await PostAsync(bulk, told, cancel);
            bulk = new BulkBody();
        }
        await PostAsync(bulk, told, cancel);
    }

    /// <summary>Null where the request came through, whatever the answer to its documents.</summary>
    private async Task<SearchOutcome.Retry?> PostAsync(BulkBody bulk, Action<int, SearchDocument, SearchOutcome> told, CancellationToken cancel)
    {
        if (bulk.Documents.Count == 0) return null;
        var exchange = await ExchangeAsync(bulk.Content, cancel);
        if (exchange.Status == HttpStatusCode.RequestEntityTooLarge) return await PostSmallerAsync(bulk, told, exchange, cancel);
        var away = exchange switch
        {
            { Failure: { } failure } => new SearchOutcome.Retry($"The cluster at {options.Endpoint} {failure}.", exchange.RetryAfter),
            // Also a refusal of the whole request is no judgement of its documents: a key, a right, a plug-in in between.
            { Status: not HttpStatusCode.OK } => new SearchOutcome.Retry($"The cluster at {options.Endpoint} answered {(int)exchange.Status}: {exchange.Text}", exchange.RetryAfter),
            _ => null,
        };
        var results = away is null ? BulkAnswer.Parse(exchange.Body, [.. bulk.Documents.Select(d => d.Document.Id)]) : BulkAnswer.ForAll(bulk.Documents.Count, away);
        foreach (var ((ordinal, document), result) in bulk.Documents.Zip(results)) told(ordinal, document, result);
        return away;
    }

    private async Task<SearchOutcome.Retry?> PostSmallerAsync(
        BulkBody bulk, Action<int, SearchDocument, SearchOutcome> told, HttpExchange exchange, CancellationToken cancel)
    {
        var all = bulk.Documents;
        if (all.Count == 1)
        {
            told(all[0].Ordinal, all[0].Document, new SearchOutcome.Failed("413 request_entity_too_large", $"The cluster at {options.Endpoint} takes no document of this size: {exchange.Text}"));
            return null;
        }
        SearchOutcome.Retry? away = null;
        foreach (var half in (IEnumerable<(int, SearchDocument)>[])[all.Take(all.Count / 2), all.Skip(all.Count / 2)])
        {
            var smaller = new BulkBody();
            foreach (var (ordinal, document) in half) smaller.Add(document, ordinal);
            away = await PostAsync(smaller, told, cancel);
        }
        return away;
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
