using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;

namespace ActorStreams.Shards.Log;

/// <summary>Finds batches by arrival time: a binary search over the headers of the journal's rows, which need no index of their own.</summary>
public static class ArrivalSearch
{
    /// <summary>
    /// The first row in [<paramref name="fromRow"/>, <paramref name="toRow"/>] whose last record arrived at or after the time; null
    /// when there is none. Arrival times never fall within a shard. Throws <see cref="DamagedBatchException"/> on a header that is none.
    /// </summary>
    public static async Task<long?> FirstRowAtOrAfterAsync(
        IJournalReader journal, string persistenceId, long fromRow, long toRow, long arrivalMs, CancellationToken cancel)
    {
        long? found = null;
        var (low, high) = (fromRow, toRow);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            // Rows without records lie between batches, so the answer may be a later row than the one asked for.
            var head = await journal.HeaderAtOrAfterAsync(
                persistenceId, Manifests.ShardEvents.RecordsAppended, middle, high, RecordBatch.HeaderBytes, cancel).ConfigureAwait(false);
            if (head is not { } row)
            {
                high = middle - 1;
            }
            else if (RecordBatchHeader.Read(row.Head.Span).LastArrivalMs >= arrivalMs)
            {
                found = row.Row;
                high = middle - 1;
            }
            else
            {
                low = row.Row + 1;
            }
        }
        return found;
    }
}
