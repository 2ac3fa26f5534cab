using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Management.Inspection;

/// <summary>
/// Asks the owners of many shards at once, and waits for none of them longer than <see cref="PageWithin"/> in all: those that do not
/// answer are told as unavailable.
/// </summary>
internal sealed class ShardLook(IShardInspection inspection, TimeProvider clock)
{
    /// <summary>Shards asked at once; a question costs its owner some microseconds.</summary>
    private const int AskedAtOnce = 256;

    public static readonly TimeSpan ShardWithin = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan PageWithin = TimeSpan.FromSeconds(8);

    private readonly long _since = clock.GetTimestamp();

    public async Task<ImmutableArray<ShardAnswer>> AskAsync(StreamDescription stream, CancellationToken cancel)
    {
        var answers = new ShardAnswer[stream.Shards.Length];
        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancel },
            async (i, token) => answers[i] = await AskAsync(stream, stream.Shards[i], token));
        return [.. answers];
    }

    public async Task<ShardAnswer> AskAsync(StreamDescription stream, ShardDescription shard, CancellationToken cancel)
    {
        var known = new ShardAnswer(
            shard.Key.ShardId, HashKeys.Format(shard.Range.Starting), HashKeys.Format(shard.Range.Ending), [.. shard.Parents.Select(ShardIds.Format)],
            [.. stream.Shards.Where(s => s.Parents.Contains(shard.Key.Shard)).Select(s => s.Key.ShardId)], shard.EndingSequenceNumber is not null);
        var left = PageWithin - clock.GetElapsedTime(_since);
        if (left <= TimeSpan.Zero)
            return known with { Unavailable = $"It was not asked: owners asked before it took {PageWithin.TotalSeconds:0} s. Ask for this shard alone." };
        return await inspection.InspectAsync(shard.Key, left < ShardWithin ? left : ShardWithin, cancel) switch
        {
            InspectReply.Found found => Describe(known, shard, found),
            var other => known with { Unavailable = ((InspectReply.Refused)other).Detail },
        };
    }

    private static ShardAnswer Describe(ShardAnswer known, ShardDescription shard, InspectReply.Found found)
    {
        var bounds = found.Bounds;
        return known with
        {
            Closed = bounds.IsClosed,
            Node = found.Node,
            Epoch = found.Epoch,
            TipRow = bounds.TipRow,
            TipSequenceNumber = bounds.TipRow > bounds.TrimmedToRow ? Number(bounds.TipRow, bounds.TipCount - 1) : null,
            TrimmedToRow = bounds.TrimmedToRow,
            HorizonSequenceNumber = Number(bounds.TrimmedToRow + 1, 0),
            LastArrival = bounds.TipRow > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(bounds.TipArrivalMs) : null,
            Bytes = found.Bytes,
            Records = found.Records,
            Rows = Math.Max(0, bounds.TipRow - bounds.TrimmedToRow),
            In = Rate(found.In),
            Out = Rate(found.Out),
            HotKeys = [.. found.HotKeys.Select(k => new HotKeyAnswer(k.PartitionKey, k.HashKey.ToString(CultureInfo.InvariantCulture), Math.Round(k.Share, 3)))],
            Producers = found.Producers,
        };

        string Number(long row, int index) => new SequenceNumber(shard.Key.Incarnation, shard.Generation, shard.Key.Shard, row, index).ToString();
    }

    private static RateAnswer Rate(Flow flow) => new(Math.Round(flow.BytesPerSecond, 1), Math.Round(flow.RecordsPerSecond, 2));
}
