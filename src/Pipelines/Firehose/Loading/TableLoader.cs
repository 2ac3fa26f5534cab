using ActorStreams.Pipelines.Firehose.Destinations.Postgres;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Loads the lines of objects into a table of PostgreSQL, <b>exactly once</b>: rows and the name of the object commit together, and the name is unique there.
/// </summary>
internal sealed class TableLoader(CopyOptions options, string delivery, CompressionFormat compression, TimeProvider time) : IObjectLoader
{
    /// <summary>Buffers of the file, of GZIP, of rows and of the connection.</summary>
    private const int BuffersBytes = 1 << 20;

    private readonly CopyClient _client = new(options, time);

    public string Name => $"table {options.Schema}.{options.Table}";

    public string Target => DeliveryTargets.Redshift;

    public string ErrorType => "warehouse-failed";

    /// <summary>A line and its row, each in a buffer that grows by doubling.</summary>
    public long MemoryBytes(ObjectToLoad item) => BuffersBytes + (4 * LinesOf(item).Longest());

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => LinesOf(item).Read().Select((line, i) => Record(item, i, line));

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var result = await _client.DeliverAsync(new CopyBatch(delivery, item.Shard, item.Key, item.To, LinesOf(item).Read()), cancel);
        return result switch
        {
            CopyResult.Delivered delivered => Loaded(item, delivered.Failed),
            CopyResult.DeliveredBefore before => Loaded(item, before.Failed),
            CopyResult.RetryLater later => new LoadResult.Later(later.Reason),
            _ => throw new InvalidOperationException($"A COPY was answered with {result}."),
        };
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static DeliveryRecord Record(ObjectToLoad item, int ordinal, ReadOnlyMemory<byte> line) => new($"{item.Key}:{ordinal}", item.Oldest, line);

    /// <param name="failures">In order.</param>
    private LoadResult.Loaded Loaded(ObjectToLoad item, IReadOnlyList<CopyFailure> failures)
    {
        if (failures.Count == 0) return LoadResult.Loaded.Instance;
        var (ordinal, next) = (0, 0);
        foreach (var line in LinesOf(item).Read())
        {
            if (failures[next].Ordinal == ordinal)
            {
                item.Fail(new FailedRecord(Record(item, ordinal, line), ErrorType, "Warehouse.InvalidRow", failures[next].Reason, 1));
                if (++next == failures.Count) break;
            }
            ordinal++;
        }
        return LoadResult.Loaded.Instance;
    }

    private LinesFile LinesOf(ObjectToLoad item) => new(item.File, compression);
}
