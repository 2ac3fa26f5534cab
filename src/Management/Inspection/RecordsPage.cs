using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Management.Inspection;

/// <summary>Records of a shard, for people to look at.</summary>
/// <param name="shards">Null while the node starts.</param>
public sealed class RecordsPage(Func<IStreams?> shards) : IManagementPage
{
    private const int BytesMax = 10 << 20;
    private const int RecordsMax = 10_000;
    private const int WaitSecondsMax = 20;

    public IEnumerable<ManagementRoute> Routes => [ManagementRoute.Get("/streams/{region}/{stream}/shards/{shard}/records", AnswerAsync)];

    private async Task AnswerAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var stream = await StreamOfCall.DescribeAsync(streams, call);
        var shard = StreamOfCall.Shard(stream, call["shard"]);
        var limit = call.Query("limit", otherwise: 100, min: 1, max: RecordsMax);
        var wait = TimeSpan.FromSeconds(call.Query("wait", otherwise: 0, min: 0, max: WaitSecondsMax));
        var from = await PositionAsync(streams, shard, call);
        switch (await streams.ReadAsync(shard.Key, from, limit, BytesMax, wait, call.Cancel))
        {
            case ReadResult.Records read:
                await call.AnswerAsync(Describe(read, shard), InspectionJson.Default.RecordsAnswer);
                break;
            case ReadResult.Damaged damaged:
                throw new ManagementException(
                    500, $"{damaged.Detail} Nothing of it is given out; the records behind it are read from=AFTER_SEQUENCE_NUMBER&sequenceNumber={Before(shard, new(damaged.Row + 1, 0))}.");
            case ReadResult.KeyUnavailable { Key: var key }:
                throw ManagementException.Conflict(key.IsConfigured
                    ? $"The records are sealed with another key than the one that this node has under the name {key.Name}."
                    : $"The records are sealed with the key {key.Name}, which this node lacks (Encryption:Keys).");
            case ReadResult.Gone gone:
                throw ManagementException.NotFound(gone.Detail);
            case var other:
                throw ManagementException.Unavailable(other is ReadResult.Unavailable unavailable ? unavailable.Detail : "The shard could not be read now.");
        }
    }

    private static async Task<ShardPosition> PositionAsync(IStreams streams, ShardDescription shard, ManagementCall call)
    {
        switch (call.Query("from") ?? "TRIM_HORIZON")
        {
            case "TRIM_HORIZON":
                return ShardPosition.TrimHorizon;
            case "LATEST":
                return await streams.BoundsAsync(shard.Key, call.Cancel) switch
                {
                    BoundsResult.Found found => found.Bounds.AfterTip,
                    BoundsResult.Gone gone => throw ManagementException.NotFound(gone.Detail),
                    var other => throw ManagementException.Unavailable(((BoundsResult.Unavailable)other).Detail),
                };
            case "AT_SEQUENCE_NUMBER":
                return ShardPosition.At(Number(shard, call));
            case "AFTER_SEQUENCE_NUMBER":
                return ShardPosition.After(Number(shard, call));
            case "AT_TIMESTAMP":
                if (!DateTimeOffset.TryParse(call.Query("timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                    throw ManagementException.BadRequest($"timestamp is '{call.Query("timestamp")}'; wanted is a time such as 2026-01-31T12:00:00Z.");
                return await streams.PositionAtAsync(shard.Key, time, call.Cancel) switch
                {
                    PositionResult.Found found => found.Position,
                    PositionResult.Gone gone => throw ManagementException.NotFound(gone.Detail),
                    PositionResult.KeyUnavailable { Key: var key } => throw ManagementException.Conflict($"The key {key.Name}, which seals the records of that time, is not there."),
                    var other => throw ManagementException.Unavailable(((PositionResult.Unavailable)other).Detail),
                };
            case var other:
                throw ManagementException.BadRequest(
                    $"from is '{other}'; allowed are TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER and AT_TIMESTAMP.");
        }
    }

    private static SequenceNumber Number(ShardDescription shard, ManagementCall call)
    {
        var text = call.Query("sequenceNumber");
        if (!SequenceNumber.TryParse(text, out var number)) throw ManagementException.BadRequest($"sequenceNumber is '{text}', which is not one; wanted are {SequenceNumber.Digits} digits.");
        if (number.Incarnation != shard.Key.Incarnation) throw ManagementException.BadRequest($"sequenceNumber {text} is of another stream, or of one of this name that was deleted.");
        if (number.Shard != shard.Key.Shard || number.Generation != shard.Generation)
            throw ManagementException.BadRequest($"sequenceNumber {text} is of {ShardIds.Format(number.Shard)}, not of {shard.Key.ShardId}.");
        return number;
    }

    private static RecordsAnswer Describe(ReadResult.Records read, ShardDescription shard)
    {
        var records = ImmutableArray.CreateBuilder<RecordAnswer>();
        foreach (var slice in read.Slices)
        {
            var all = slice.Batch.RecordsFrom(slice.FromIndex);
            for (var i = 0; i < slice.Count && all.MoveNext(); i++)
            {
                var record = all.Current;
                records.Add(new RecordAnswer(
                    NumberAt(shard, slice.Batch.Row, all.Index),
                    Encoding.UTF8.GetString(record.PartitionKey),
                    DateTimeOffset.FromUnixTimeMilliseconds(all.ArrivalMs),
                    record.Data.ToArray(),
                    record.ExplicitHashKey is { } key ? HashKeys.Format(key) : null));
            }
        }

        var gap = read.Skipped is { } skipped
            ? $"The records of rows {skipped.Asked.Row} to {skipped.FirstKeptRow - 1} were given up by retention before they were read here."
            : null;
        return new RecordsAnswer(records.ToImmutable(), read.Next is { } next ? Before(shard, next) : null, read.BehindMs, gap);
    }

    /// <summary>A number after which a read begins at this position.</summary>
    private static string Before(ShardDescription shard, ShardPosition position) => position.Index > 0
        ? NumberAt(shard, position.Row, position.Index - 1)
        : NumberAt(shard, Math.Max(0, position.Row - 1), SequenceNumber.IndexMax);

    private static string NumberAt(ShardDescription shard, long row, int index) =>
        new SequenceNumber(shard.Key.Incarnation, shard.Generation, shard.Key.Shard, row, index).ToString();
}
