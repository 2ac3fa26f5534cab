using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka;
using Akka.Streams.Dsl;
using Akka.Util;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>A stored batch is not what was written: the consumer stops and says so, for going on would skip records in silence.</summary>
public sealed class DamagedSourceException(string message) : Exception(message);

/// <summary>Reads a shard by position from a record on, to its end if it is closed and for ever if it is not.</summary>
public static class ShardSource
{
    /// <param name="waiting">Told why nothing comes, and null when it comes again.</param>
    /// <param name="stop">Completes the source; what it gave out already goes its way.</param>
    public static Source<Envelope<SourceSlice>, NotUsed> From(
        IStreams streams, ShardKey shard, ShardPosition start, ConsumerOptions options, TimeProvider time,
        ShardPosition confirmed, Action<string?> waiting, CancellationToken stop) =>
        Source.UnfoldAsync<ShardPosition?, Envelope<SourceSlice>>(start, async position =>
        {
            // A completed source asks no more after its last envelope: null stands for the end of the shard.
            if (position is not { } from || stop.IsCancellationRequested) return Option<(ShardPosition?, Envelope<SourceSlice>)>.None;
            try
            {
                return await ReadAsync(streams, shard, from, options, time, confirmed, waiting, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return Option<(ShardPosition?, Envelope<SourceSlice>)>.None;
            }
        });

    private static async Task<Option<(ShardPosition?, Envelope<SourceSlice>)>> ReadAsync(
        IStreams streams, ShardKey shard, ShardPosition from, ConsumerOptions options, TimeProvider time,
        ShardPosition confirmed, Action<string?> waiting, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await streams.ReadAsync(shard, from, options.ReadRecordsMax, options.ReadBytesMax, options.ReadWait, stop);
            switch (result)
            {
                case ReadResult.Records records:
                    if (attempt > 0) waiting(null);
                    return (records.Next, Envelop(from, confirmed, records));
                case ReadResult.Damaged damaged:
                    throw new DamagedSourceException($"Row {damaged.Row} of {shard} is damaged: {damaged.Detail}");
                case ReadResult.KeyUnavailable sealedBy:
                    waiting($"{shard} can't be read: {sealedBy.Key.Detail}");
                    break;
                case ReadResult.Gone gone:
                    waiting($"{shard} is gone: {gone.Detail}");
                    break;
                case ReadResult.Unavailable unavailable:
                    waiting($"{shard} does not answer: {unavailable.Detail}");
                    break;
            }
            await options.ReadRetry.WaitAsync(attempt, time, stop);
        }
    }

    private static Envelope<SourceSlice> Envelop(ShardPosition from, ShardPosition confirmed, ReadResult.Records records)
    {
        // Whoever begins at the horizon takes what is oldest, but one that was further before has missed what was trimmed since.
        var skipped = records.Skipped;
        if (skipped is null && from.Row == 0 && confirmed.Row != 0 && confirmed.Row <= records.Bounds.TrimmedToRow)
            skipped = new TrimGap(confirmed, records.Bounds.TrimmedToRow + 1);
        var after = records.Slices.IsDefaultOrEmpty ? from
            : new ShardPosition(records.Slices[^1].Batch.Row, records.Slices[^1].FromIndex + records.Slices[^1].Count);
        var position = records.Next ?? after;
        var slice = new SourceSlice(
            records.Slices.IsDefault ? [] : records.Slices, records.Bounds.Generation, records.BehindMs, BehindRecords(position, records),
            skipped);
        return new Envelope<SourceSlice>(slice, position, records.Next is null);
    }

    /// <summary>Within the batch at the tip the bounds tell the number; further back only that it is more.</summary>
    private static long? BehindRecords(ShardPosition position, ReadResult.Records records)
    {
        if (records.Next is null || records.BehindMs == 0) return 0;
        return position.Row == records.Bounds.TipRow ? Math.Max(0, records.Bounds.TipCount - position.Index) : null;
    }
}
