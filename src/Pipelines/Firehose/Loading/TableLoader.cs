using System.IO.Compression;
using ActorStreams.Pipelines.Firehose.Destinations.Postgres;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Loads the lines of objects into a table of PostgreSQL, <b>exactly once</b>: rows and the name of the object commit together, and the name is unique there.
/// </summary>
internal sealed class TableLoader(CopyOptions options, string delivery, CompressionFormat compression, TimeProvider time) : IObjectLoader
{
    private const byte Newline = (byte)'\n';
    private readonly CopyClient _client = new(options, time);

    public string Name => $"table {options.Schema}.{options.Table}";

    public string Target => DeliveryTargets.Redshift;

    public string ErrorType => "warehouse-failed";

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var lines = await LinesAsync(item.File, cancel);
        var result = await _client.DeliverAsync(new CopyBatch(delivery, item.Shard, item.Key, item.To, lines), cancel);
        return result switch
        {
            CopyResult.Delivered delivered => Loaded(delivered.Failed),
            CopyResult.DeliveredBefore before => Loaded(before.Failed),
            CopyResult.RetryLater later => new LoadResult.Later(later.Reason),
            _ => throw new InvalidOperationException($"A COPY was answered with {result}."),
        };

        LoadResult.Loaded Loaded(IEnumerable<CopyFailure> failures) => new(
            [.. failures.Select(f => new FailedRecord(
                new DeliveryRecord($"{item.Key}:{f.Ordinal}", item.Oldest, lines[f.Ordinal]), ErrorType, "Warehouse.InvalidRow", f.Reason, 1))]);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> LinesAsync(string file, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> bytes = await BytesAsync(file, cancel);
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!bytes.IsEmpty)
        {
            var length = bytes.Span.IndexOf(Newline);
            var line = length < 0 ? bytes : bytes[..length];
            if (line.Span.EndsWith("\r"u8)) line = line[..^1];
            if (!line.IsEmpty) lines.Add(line);
            bytes = length < 0 ? default : bytes[(length + 1)..];
        }
        return lines;
    }

    private async Task<byte[]> BytesAsync(string file, CancellationToken cancel)
    {
        if (compression == CompressionFormat.Uncompressed) return await File.ReadAllBytesAsync(file, cancel);
        await using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        var buffer = new MemoryStream();
        await gzip.CopyToAsync(buffer, cancel);
        return buffer.ToArray();
    }
}
