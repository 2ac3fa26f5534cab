using System.Collections.Immutable;
using System.Data.Common;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>Turns what a shard's owner answers, and the store's rows where it points there, into records within limits.</summary>
public sealed class ShardReader(IJournalReader journal, ShardMetrics metrics, EncryptionKeys keys)
{
    /// <summary>Rows of one read of the store; a row is a batch, so this is reached only by very small ones.</summary>
    private const int RowsMax = 2_000;

    /// <summary>What the first step of a read loads. Only the rows tell how many records they hold, so the next step knows better.</summary>
    private const int FirstStepBytes = 1 << 20;

    /// <summary>
    /// Reads of the store at once. Each may load 10 MiB before anybody can say whether there is room for its answer, so hundreds of readers
    /// who begin far back would fill the memory; the others wait for a moment.
    /// </summary>
    private const int ReadsMax = 16;

    private readonly SemaphoreSlim _reading = new(ReadsMax);

    public async Task<ReadResult> FromStoreAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, ShardProtocol.ShardBounds bounds, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await ReadStoreAsync(shard, from, recordsMax, bytesMax, bounds, cancel).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<ReadResult> ReadStoreAsync(
        ShardKey shard, ShardPosition from, int recordsMax, int bytesMax, ShardProtocol.ShardBounds bounds, CancellationToken cancel)
    {
        try
        {
            var row = Math.Max(from.Row, bounds.TrimmedToRow + 1);
            var batches = ImmutableArray.CreateBuilder<RecordBatch>();
            using var opener = new BatchOpener(keys, shard.PersistenceId);
            var (records, bytes, step) = (0L, 0L, (long)FirstStepBytes);
            while (row <= bounds.TipRow && records < recordsMax && bytes < bytesMax)
            {
                var rows = await journal.ReadAsync(
                    shard.PersistenceId, Manifests.ShardEvents.RecordsAppended, row, bounds.TipRow, RowsMax, Math.Min(step, bytesMax - bytes), cancel)
                    .ConfigureAwait(false);
                if (rows.Count == 0) break;
                foreach (var stored in rows)
                {
                    if (Decode(stored, opener, out var why) is not { } batch)
                        return records > 0 ? Take(from, recordsMax, bytesMax, batches.DrainToImmutable(), bounds) : Noted(why!);
                    // Who has read a whole row stands behind its last record: that row must not use up what may be read, or nothing would be found.
                    if (batch.Row == from.Row && from.Index >= batch.Count) continue;
                    batches.Add(batch);
                    records += batch.Count - (batch.Row == from.Row ? from.Index : 0);
                    bytes += stored.Payload.Length;
                }
                row = rows[^1].Row + 1;
                step = records == 0 ? FirstStepBytes : Math.Max(FirstStepBytes / 16, (recordsMax - records) * (bytes / records + 1));
            }
            return Take(from, recordsMax, bytesMax, batches.DrainToImmutable(), bounds);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            return new ReadResult.Unavailable($"The store could not be read: {e.Message}");
        }
    }

    /// <summary>The records from the position on that fit, out of whole batches in order.</summary>
    public static ReadResult Take(
        ShardPosition from, int recordsMax, int bytesMax, ImmutableArray<RecordBatch> batches, ShardProtocol.ShardBounds bounds)
    {
        var slices = ImmutableArray.CreateBuilder<BatchSlice>(batches.Length);
        var (recordsLeft, bytesLeft) = (recordsMax, (long)bytesMax);
        var next = from;
        long lastArrivalMs = 0;
        foreach (var batch in batches)
        {
            var first = batch.Row == from.Row ? from.Index : 0;
            if (first >= batch.Count) continue;
            var slice = Fit(batch, first, recordsLeft, bytesLeft, slices.Count == 0, out var bytes, out var arrivalMs);
            if (slice.Count == 0) break;
            slices.Add(slice);
            lastArrivalMs = arrivalMs;
            next = new ShardPosition(batch.Row, first + slice.Count);
            recordsLeft -= slice.Count;
            bytesLeft -= bytes;
            if (first + slice.Count < batch.Count || recordsLeft == 0 || bytesLeft <= 0) break;
        }
        // From the horizon on means from whatever is oldest; any other position below the horizon has missed something.
        // One behind the tip has missed nothing, whatever became of the tip.
        var skipped = from.Row != 0 && from.Row <= bounds.TrimmedToRow && from.CompareTo(bounds.AfterTip) < 0 ? new TrimGap(from, bounds.TrimmedToRow + 1) : null;
        var atTip = next.CompareTo(bounds.AfterTip) >= 0;
        // Nothing found below the tip: it was trimmed meanwhile, or nothing was ever written.
        if (slices.Count == 0 && !atTip) next = bounds.AfterTip;
        atTip |= slices.Count == 0;
        var behindMs = atTip ? 0 : Math.Max(1, bounds.TipArrivalMs - lastArrivalMs);
        return new ReadResult.Records(slices.DrainToImmutable(), atTip && bounds.IsClosed ? null : next, behindMs, skipped, bounds);
    }

    private static BatchSlice Fit(RecordBatch batch, int first, int recordsMax, long bytesMax, bool atLeastOne, out long bytes, out long arrivalMs)
    {
        if (batch.Count - first <= recordsMax && batch.Encoded.Length <= bytesMax)
        {
            (bytes, arrivalMs) = (batch.Encoded.Length, batch.Header.LastArrivalMs);
            return new BatchSlice(batch, first, batch.Count - first);
        }
        var count = 0;
        (bytes, arrivalMs) = (0, 0);
        var records = batch.RecordsFrom(first);
        while (count < recordsMax && records.MoveNext())
        {
            var size = records.Current.PartitionKey.Length + records.Current.Data.Length;
            if (bytes + size > bytesMax && (count > 0 || !atLeastOne)) break;
            count++;
            bytes += size;
            arrivalMs = records.ArrivalMs;
        }
        return new BatchSlice(batch, first, count);
    }

    /// <summary>Position of the first record in a row that arrived at or after the time. Throws as the store and its batches do.</summary>
    public async Task<PositionResult> FirstInRowAsync(ShardKey shard, long row, long arrivalMs, CancellationToken cancel)
    {
        var rows = await journal.ReadAsync(
            shard.PersistenceId, Manifests.ShardEvents.RecordsAppended, row, row, 1, 1, cancel).ConfigureAwait(false);
        if (rows.Count == 0) return new PositionResult.Found(new ShardPosition(row, 0));
        using var opener = new BatchOpener(keys, shard.PersistenceId);
        if (opener.Open(RecordBatch.Decode(rows[0].Payload), out var unusable) is not { } batch) return new PositionResult.KeyUnavailable(unusable!);
        var records = batch.RecordsFrom(0);
        while (records.MoveNext())
        {
            if (records.ArrivalMs >= arrivalMs) return new PositionResult.Found(new ShardPosition(row, records.Index));
        }
        return new PositionResult.Found(new ShardPosition(row + 1, 0));
    }

    private static RecordBatch? Decode(JournalRow row, BatchOpener opener, out ReadResult? why)
    {
        why = null;
        try
        {
            var batch = RecordBatch.Decode(row.Payload);
            if (batch.Row == row.Row)
            {
                var opened = opener.Open(batch, out var unusable);
                if (unusable is not null) why = new ReadResult.KeyUnavailable(unusable);
                return opened;
            }
            why = new ReadResult.Damaged(row.Row, $"Row {row.Row} holds the batch of row {batch.Row}.");
        }
        catch (DamagedBatchException e)
        {
            why = new ReadResult.Damaged(row.Row, e.Message);
        }
        return null;
    }

    private ReadResult Noted(ReadResult why)
    {
        if (why is ReadResult.Damaged) metrics.Damaged();
        return why;
    }
}
