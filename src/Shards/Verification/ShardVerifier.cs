using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Verification;

/// <summary>
/// Walks the rows of a shard in the store and holds each to what its writer promises: none missing, bytes as they were written, rows, arrival
/// times and producers' positions in order, headers that tell what is behind them. Reads some megabytes at a time and changes nothing.
/// </summary>
public sealed class ShardVerifier(IJournalReader journal, EncryptionKeys keys)
{
    private const int WindowRows = 2_000;
    private const long ReadBytes = 4 << 20;

    /// <summary>Tells how far it is after each window of rows; the last one is the result.</summary>
    /// <param name="trimmedToRow">
    /// Asks how far the shard's rows are given up; null where its owner does not say, as one that does not recover: then the walk begins with the
    /// first batch there is. Asked again where rows are missing: retention goes on while the rows are walked.
    /// </param>
    /// <param name="closedRow">Row of the closing event, 0 while the shard is open.</param>
    /// <exception cref="System.Data.Common.DbException">The store does not answer.</exception>
    public async IAsyncEnumerable<ShardVerification> WalkAsync(
        ShardKey shard, Func<CancellationToken, Task<long?>> trimmedToRow, long closedRow, [EnumeratorCancellation] CancellationToken cancel)
    {
        // One row is written at a time, so everything below the highest is there.
        var end = await journal.HighestRowAsync(shard.PersistenceId, cancel).ConfigureAwait(false);
        var first = 1 + (await trimmedToRow(cancel).ConfigureAwait(false) ?? await BeforeFirstBatchAsync(shard, end, cancel).ConfigureAwait(false));
        using var opener = new BatchOpener(keys, shard.PersistenceId);
        var problems = new List<RowProblem>();
        var total = 0L;
        var checks = new RowChecks(opener, closedRow, Report);
        var (rows, bytes) = (0L, 0L);
        var so = new ShardVerification(0, 0, 0, first, first - 1, end, 0, [], 0);
        if (so.IsDone) yield return so;
        for (var from = first; from <= end; from += WindowRows)
        {
            var to = Math.Min(end, from + WindowRows - 1);
            var found = await OthersAsync(shard, from, to, cancel).ConfigureAwait(false);
            for (var next = from; next <= to;)
            {
                var read = await journal.ReadAsync(
                    shard.PersistenceId, Manifests.ShardEvents.RecordsAppended, next, to, WindowRows, ReadBytes, cancel).ConfigureAwait(false);
                if (read.Count == 0) break;
                foreach (var row in read)
                {
                    found.Add(row.Row);
                    bytes += row.Payload.Length;
                    checks.Check(row);
                }
                next = read[^1].Row + 1;
            }
            rows += found.Count;
            var missing = Missing(found, from, to);
            if (!missing.IsEmpty)
            {
                var trimmed = await trimmedToRow(cancel).ConfigureAwait(false) ?? first - 1;
                foreach (var (gapFrom, gapTo) in missing.Where(m => m.To > trimmed))
                {
                    var start = Math.Max(gapFrom, trimmed + 1);
                    Report(new RowProblem(start, RowProblemKind.Gap, start == gapTo ? $"Row {start} is missing." : $"Rows {start} to {gapTo} are missing."));
                }
            }
            yield return so = so with
            {
                Rows = rows,
                Records = checks.Records,
                Bytes = bytes,
                LastRow = to,
                Unopened = checks.Unopened,
                Problems = [.. problems],
                ProblemsTotal = total,
            };
        }

        void Report(RowProblem problem)
        {
            total++;
            if (problems.Count < ShardVerification.ProblemsMax) problems.Add(problem);
        }
    }

    private async Task<long> BeforeFirstBatchAsync(ShardKey shard, long end, CancellationToken cancel) =>
        await journal.HeaderAtOrAfterAsync(shard.PersistenceId, Manifests.ShardEvents.RecordsAppended, 1, end, headerBytes: 1, cancel).ConfigureAwait(false)
            is { Row: var row } ? row - 1 : 0;

    /// <summary>The rows that hold no records.</summary>
    private async Task<HashSet<long>> OthersAsync(ShardKey shard, long from, long to, CancellationToken cancel)
    {
        var found = new HashSet<long>();
        foreach (var manifest in Manifests.ShardEvents.WithoutRecords)
        {
            var heads = await journal.HeadersAsync(shard.PersistenceId, manifest, from, to, headerBytes: 1, WindowRows, cancel).ConfigureAwait(false);
            found.UnionWith(heads.Select(h => h.Row));
        }
        return found;
    }

    private static ImmutableArray<(long From, long To)> Missing(HashSet<long> found, long from, long to)
    {
        if (found.Count == to - from + 1) return [];
        var gaps = ImmutableArray.CreateBuilder<(long, long)>();
        long? since = null;
        for (var row = from; row <= to + 1; row++)
        {
            var isMissing = row <= to && !found.Contains(row);
            if (isMissing) since ??= row;
            else if (since is { } start)
            {
                gaps.Add((start, row - 1));
                since = null;
            }
        }
        return gaps.ToImmutable();
    }
}
