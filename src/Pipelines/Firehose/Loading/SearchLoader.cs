using System.Globalization;
using ActorStreams.Pipelines.Firehose.Destinations.Search;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Puts records into an index, <b>exactly once by id</b>: ids follow from the object and the place in it, and the index from the object's oldest record, so
/// that every try means the same documents. Without ids of ours, at least once.
/// </summary>
internal sealed class SearchLoader(SearchClient client, HttpClient http, string endpoint, string index, IndexRotation rotation, bool hasIds) : IObjectLoader
{
    public string Name => $"index {index} at {endpoint}";

    public string Target => DeliveryTargets.OpenSearch;

    public string ErrorType => "AmazonOpenSearchService-failed";

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var records = RecordsFormat.Read(item.File);
        var documents = records.Select((r, i) => new SearchDocument(hasIds ? IdOf(item.Id, i) : null, r)).ToList();
        var outcomes = await client.SendAsync(SearchIndexes.NameOf(index, rotation, item.Oldest), documents, cancel);
        var retries = outcomes.OfType<SearchOutcome.Retry>().ToList();
        List<FailedRecord> open = [.. outcomes.Select((outcome, i) => outcome switch
        {
            SearchOutcome.Failed failed => new FailedRecord(Record(i), ErrorType, failed.Code, failed.Reason, 1),
            SearchOutcome.Retry retry => new FailedRecord(Record(i), ErrorType, "Retries.Exhausted", retry.Reason, 1),
            _ => null,
        }).OfType<FailedRecord>()];
        return retries.Count == 0
            ? new LoadResult.Loaded(open)
            : new LoadResult.Later($"{retries.Count} of {outcomes.Count} documents: {retries[0].Reason}", retries.Max(r => r.After), open);

        DeliveryRecord Record(int i) => new(IdOf(item.Id, i), item.Oldest, records[i]);
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string IdOf(Guid id, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{id}-{ordinal}");
}
