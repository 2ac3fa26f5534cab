using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations.Search;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Puts records into an index, <b>exactly once by id</b>: the id follows from the source record, whatever object it is in and at which place, and the index from
/// its arrival, so that every try means the same document; so does what a person sends again. Without ids of ours, at least once.
/// </summary>
/// <param name="delivery">The application's name: two that read one stream into one index do not take each other's documents for their own.</param>
internal sealed class SearchLoader(
    SearchClient client, HttpClient http, string endpoint, string index, IndexRotation rotation, bool hasIds, string delivery) : IObjectLoader
{
    private const int IdBytes = 16;

    public string Name => $"index {index} at {endpoint}";

    public string Target => DeliveryTargets.OpenSearch;

    public string ErrorType => "AmazonOpenSearchService-failed";

    /// <summary>One request at a time, and the record that is read.</summary>
    public long MemoryBytes(ObjectToLoad item) => client.MemoryBytes + (4L * RecordsFormat.LongestOf(item.File));

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) =>
        RecordsFormat.Read(item.File).Select((r, i) => KeyedRecords.IsMarked(r.Span) ? KeyedRecords.Read(r, item.Oldest) : new DeliveryRecord(PlaceOf(item, i), item.Oldest, r));

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var open = new OpenRecords();
        // Those of a request, of which it is not told yet what became, by their number among those that are sent.
        var asked = new Dictionary<int, (int Place, DeliveryRecord Record)>();
        await client.SendAsync(
            OpenOf(item).Select((open, i) =>
            {
                asked.Add(i, open);
                var r = open.Record;
                return new SearchDocument(SearchIndexes.NameOf(index, rotation, r.ArrivedAt), hasIds ? IdOf(item, r) : null, r.Data);
            }),
            (ordinal, document, outcome) =>
            {
                asked.Remove(ordinal, out var of);
                open.Count++;
                switch (outcome)
                {
                    case SearchOutcome.Failed failed:
                        item.Fail(new FailedRecord(of.Record with { Data = document.Json, Raw = document.Json }, ErrorType, failed.Code, failed.Reason, 1));
                        break;
                    case SearchOutcome.Retry retry:
                        open.Add(of.Place, retry);
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

    /// <summary>With their places: a cluster that sheds load would else be sent all that it took at each try.</summary>
    private IEnumerable<(int Place, DeliveryRecord Record)> OpenOf(ObjectToLoad item) => item.Open is { } open
        ? OpenStretch.Of(open, Read(item)).Select(one => (one.Place, one.Record))
        : Read(item).Select((record, place) => (place, record));

    /// <summary>22 characters: an index keeps each for as long as the document.</summary>
    private string IdOf(ObjectToLoad item, DeliveryRecord record)
    {
        // Of what a former version spooled: that is how its documents, some of which may be there, were named.
        if (record.Key is null && record.Id.StartsWith($"{item.Id}-", StringComparison.Ordinal)) return record.Id;
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{delivery}\n{record.Id}")).AsSpan(0, IdBytes));
    }

    private static string PlaceOf(ObjectToLoad item, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{item.Id}-{ordinal}");

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
