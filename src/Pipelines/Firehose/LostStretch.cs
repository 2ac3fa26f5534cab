using System.Buffers;
using System.Text.Json;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Records that the source gave up, as its retention says, before they were delivered.</summary>
/// <param name="Generation">Of the shard.</param>
/// <param name="First">The first of them.</param>
/// <param name="Next">The first record that is not.</param>
/// <param name="Before">Arrival of the last record read before them; null where nothing was read since the delivery began.</param>
/// <param name="After">Arrival of the first record behind them; null where there was none yet.</param>
internal sealed record LostStretch(ShardKey Shard, int Generation, ShardPosition First, ShardPosition Next, DateTimeOffset? Before, DateTimeOffset? After)
{
    /// <summary>Folder of the error output.</summary>
    public const string ErrorType = "retention-gap";

    private const string Unread = "The source's retention gave the records up before they were read.";

    private const string Unmade = "The source's retention gave the records up before their batch, whose spool was lost, could be made again; "
        + "what of them had been written before is at the destination.";

    /// <summary>They had been read, for a batch that is made again.</summary>
    public bool WasRead { get; init; }

    /// <summary>As a line of the error output, with its newline.</summary>
    public ReadOnlySpan<byte> ToLine(DateTimeOffset noticedAt)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("errorCode", "Retention.Exceeded");
            json.WriteString("errorMessage", WasRead ? Unmade : Unread);
            json.WriteString("shardId", Shard.ShardId);
            json.WriteString("firstLostSequenceNumber", NumberOf(First.Row, First.Index));
            // How many records a row had that is gone, nobody knows: none of them has a higher number.
            json.WriteString("lastLostSequenceNumber", Next.Index > 0 ? NumberOf(Next.Row, Next.Index - 1) : NumberOf(Next.Row - 1, SequenceNumber.IndexMax));
            Write(json, "previousArrivalTimestamp", Before);
            Write(json, "nextArrivalTimestamp", After);
            json.WriteNumber("noticedTimestamp", noticedAt.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan;
    }

    private string NumberOf(long row, int index) => new SequenceNumber(Shard.Incarnation, Generation, Shard.Shard, row, index).ToString();

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } time) json.WriteNumber(name, time.ToUnixTimeMilliseconds());
        else json.WriteNull(name);
    }
}
