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

    /// <summary>One request at a time, and the record that is read.</summary>
    public long MemoryBytes(ObjectToLoad item) => client.MemoryBytes + (4L * RecordsFormat.LongestOf(item.File));

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) =>
        RecordsFormat.Read(item.File).Select((r, i) => new DeliveryRecord(IdOf(item.Id, i), item.Oldest, r));

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var name = SearchIndexes.NameOf(index, rotation, item.Oldest);
        var open = new OpenRecords();
        await client.SendAsync(
            Read(item).Select(r => new SearchDocument(name, hasIds ? r.Id : null, r.Data)),
            (ordinal, document, outcome) =>
            {
                open.Count++;
                switch (outcome)
                {
                    case SearchOutcome.Failed failed:
                        item.Fail(new FailedRecord(new DeliveryRecord(IdOf(item.Id, ordinal), item.Oldest, document.Json), ErrorType, failed.Code, failed.Reason, 1));
                        break;
                    case SearchOutcome.Retry retry:
                        open.Add(ordinal, retry);
                        break;
                }
            },
            cancel);
        return open.Records == 0
            ? LoadResult.Loaded.Instance
            : new LoadResult.Later($"{open.Records} of {open.Count} documents: {open.Stretches[0].Reason}", open.After, open.Stretches);
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string IdOf(Guid id, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{id}-{ordinal}");

    /// <summary>Documents that are to be sent again.</summary>
    private sealed class OpenRecords
    {
        // Most say the same.
        private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);

        public List<OpenStretch> Stretches { get; } = [];

        /// <summary>Of all, whatever became of them.</summary>
        public int Count { get; set; }

        public int Records { get; private set; }

        public TimeSpan? After { get; private set; }

        public void Add(int ordinal, SearchOutcome.Retry retry)
        {
            Records++;
            if (After is null || retry.After > After) After = retry.After ?? After;
            if (Stretches is [.., var last] && last.To == ordinal && last.Reason == retry.Reason)
            {
                Stretches[^1] = last with { To = ordinal + 1 };
                return;
            }
            if (!_reasons.TryGetValue(retry.Reason, out var reason)) _reasons.Add(retry.Reason, reason = retry.Reason);
            Stretches.Add(new OpenStretch(ordinal, ordinal + 1, reason));
        }
    }
}
