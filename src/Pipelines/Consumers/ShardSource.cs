using ActorStreams.Pipelines.Sinks;
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
    /// <param name="waiting">Told at each try why nothing comes, and null when it comes again.</param>
    /// <param name="pulse">Beats at each answer.</param>
    /// <param name="stop">Completes the source; what it gave out already goes its way.</param>
    public static Source<Envelope<SourceSlice>, NotUsed> From(
        IStreams streams, ShardKey shard, ShardPosition start, ConsumerOptions options, TimeProvider time,
        ShardPosition confirmed, Action<string?> waiting, GraphPulse pulse, CancellationToken stop)
    {
        var reader = new Reader(streams, shard, options, time, confirmed, waiting, pulse, stop, null);
        return Source.UnfoldAsync<ShardPosition?, Envelope<SourceSlice>>(start, async position =>
        {
            // A completed source asks no more after its last envelope: null stands for the end of the shard.
            if (position is not { } from || stop.IsCancellationRequested) return Option<(ShardPosition?, Envelope<SourceSlice>)>.None;
            try
            {
                return await reader.ReadAsync(from);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return Option<(ShardPosition?, Envelope<SourceSlice>)>.None;
            }
        });
    }

    /// <summary>The next slice from a position on and where to go on, null for the end; waits for it as the source does.</summary>
    public static async Task<(ShardPosition? Next, Envelope<SourceSlice> Slice)?> ReadOnceAsync(
        IStreams streams, ShardKey shard, ShardPosition from, ConsumerOptions options, TimeProvider time, Action<string?> waiting, GraphPulse pulse,
        CancellationToken stop)
    {
        var read = await new Reader(streams, shard, options, time, from, waiting, pulse, stop, time.GetTimestamp()).ReadAsync(from);
        return read.HasValue ? read.Value : null;
    }

    private sealed class Reader(
        IStreams streams, ShardKey shard, ConsumerOptions options, TimeProvider time, ShardPosition confirmed, Action<string?> waiting,
        GraphPulse pulse, CancellationToken stop, long? found)
    {
        private readonly AnswerPatience _patience = new(options.AnswerPatience, time);

        // When a read last found something.
        private long? _foundAt = found;

        // The last answer left nothing to read.
        private bool _isAtTip;

        public async Task<Option<(ShardPosition?, Envelope<SourceSlice>)>> ReadAsync(ShardPosition from)
        {
            for (var attempt = 0; ; attempt++)
            {
                var since = time.GetTimestamp();
                switch (await AskAsync(from))
                {
                    case ReadResult.Records records:
                        if (attempt > 0) waiting(null);
                        // One that found nothing, or began where there was nothing, has waited for records, which is no work.
                        if (_isAtTip || records.Slices.IsDefaultOrEmpty) pulse.Beat(GraphStage.Read);
                        else pulse.Spent(GraphStage.Read, since);
                        _isAtTip = records.BehindMs == 0;
                        if (!records.Slices.IsDefaultOrEmpty || records.Skipped is not null) _foundAt = time.GetTimestamp();
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

        private bool IsIdle => _foundAt is not { } at || time.GetElapsedTime(at) >= options.IdleAfter;

        private async Task<ReadResult> AskAsync(ShardPosition from)
        {
            // Ends what the read still holds where its answer is not waited for any more.
            using var given = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var wait = IsIdle && options.IdleReadWait > options.ReadWait ? options.IdleReadWait : options.ReadWait;
            var read = streams.ReadAsync(shard, from, options.ReadRecordsMax, options.ReadBytesMax, wait, given.Token);
            if (await _patience.WaitAsync(read, wait) is { } answer) return answer;
            await given.CancelAsync();
            return new ReadResult.Unavailable("No answer came for a while.");
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
