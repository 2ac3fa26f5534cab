using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;
using ActorStreams.Agent.Processing;
using ActorStreams.Agent.Reporting;
using ActorStreams.Agent.Sending;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Tailing;

/// <summary>Sends what a log holds, from its checkpoint on: batch after batch, each after the answer to the one before.</summary>
/// <param name="batchesMax">Batches of the flow in memory at the same time. Flows share none: those of a destination that does not answer are held until it does.</param>
internal sealed partial class LogSender(
    FlowSettings flow, LogFolder folder, CheckpointStore store, BatchSender sender, AgentCounters counters, TimeProvider clock, int batchesMax, ILogger log) : IDisposable
{
    /// <summary>So many puts of a log, then the flow's other logs have their turn; one that grows faster than it is sent would never end.</summary>
    private const int PutsOfTurnMax = 16;

    /// <summary>Against a service that knows producers, what was sent after a checkpoint costs no more than being sent again.</summary>
    private static readonly TimeSpan s_checkpointInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_readAgain = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(batchesMax);
    private readonly RecordConverter? _converter = RecordConverter.Create(flow.Processing);
    private readonly byte[] _terminator = Encoding.UTF8.GetBytes(flow.TruncatedRecordTerminator);
    private readonly ulong _keySeed = ulong.Parse(store.Name, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly RecordShape _shape = new(
        flow.MultiLineStartPattern is { } pattern ? RecordConverter.Compile(@"\A(?:" + pattern + ")") : null, flow.AggregatedRecordBytes, flow.SkipHeaderLines, flow.RecordBytesMax);

    /// <summary>Ends when the log has nothing more to send, or less than a batch that need not go yet.</summary>
    public async Task SendAsync(DueLog due, CancellationToken stop, CancellationToken abort)
    {
        var isMore = true;
        while (isMore)
        {
            await _gate.WaitAsync(stop);
            try
            {
                isMore = await SendTurnAsync(due, stop, abort);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>True where the turn ended and not what there is to send.</summary>
    private async Task<bool> SendTurnAsync(DueLog due, CancellationToken stop, CancellationToken abort)
    {
        var (one, end, isDue, to) = due;
        one.IsSettled = false;
        var savedAt = clock.GetTimestamp();
        var saved = one.Checkpoint;
        try
        {
            var content = one.Content ?? LogRecognition.Open(one, one.Checkpoint.Path);
            if (content is null)
            {
                // Something else is there now; the next scan looks for the log where it went.
                one.IsSuspect = true;
                return false;
            }
            var reader = new RecordReader(content, _shape, one.Checkpoint.Offset, one.Checkpoint.Cuts, to);
            var batch = new PutBatch();
            // A compressed file would have to be unpacked from its beginning at each turn; it has an end.
            for (var puts = 0; !stop.IsCancellationRequested; puts++)
            {
                if (puts >= PutsOfTurnMax && !one.IsCompressed) return true;
                var isFull = Fill(batch, reader, one, end, out var cuts);
                if (reader.Offset == one.Checkpoint.Offset)
                {
                    // Nothing but what has to wait.
                    if (!isFull && one.Length <= to) Drained(one, end);
                    break;
                }
                if (!isFull && !isDue)
                {
                    one.PendingSince ??= clock.GetTimestamp();
                    break;
                }
                // Of one that was truncated before its beginning was noted only the size tells.
                if (content.CanChange && (content.Status.Length < one.Length || !one.Fits(content)))
                {
                    one.IsSuspect = true;
                    break;
                }
                if (cuts.Count > 0)
                {
                    one.Checkpoint = saved = one.Checkpoint with { Cuts = [.. one.Checkpoint.Cuts.Union(cuts).Order()] };
                    folder.Save(one);
                }
                await PutAsync(batch, one, stop, abort);
                one.Checkpoint = one.Checkpoint with { Offset = reader.Offset, Tail = reader.Tail, Cuts = [.. one.Checkpoint.Cuts.Where(c => c > reader.Offset)] };
                one.PendingSince = null;
                if (one.RetryAt is not null) (one.RetryAt, one.HoldsUp) = (null, null);
                if (sender.IsExact && clock.GetElapsedTime(savedAt) < s_checkpointInterval) continue;
                folder.Save(one);
                (saved, savedAt) = (one.Checkpoint, clock.GetTimestamp());
            }
            one.IsSettled = true;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            one.PendingSince ??= clock.GetTimestamp();
            one.RetryAt = clock.GetTimestamp() + (long)(s_readAgain.TotalSeconds * clock.TimestampFrequency);
            if (e is InvalidDataException) one.IsSuspect = !one.IsCompressed;
            // Read from its beginning then, which may be another one's by that time.
            if (one.IsCompressed) one.Close();
            CannotRead(log, one.Checkpoint.Path, e.Message);
        }
        finally
        {
            if (saved != one.Checkpoint) folder.Save(one);
        }
        return false;
    }

    private async Task PutAsync(PutBatch batch, TrackedLog one, CancellationToken stop, CancellationToken abort)
    {
        if (batch.Entries.Count == 0) return;
        var lane = one.Checkpoint.Lane ?? throw new InvalidOperationException($"{one.Checkpoint.Path} is sent without a lane.");
        await sender.SendAsync(batch, $"agent.{store.Name}.{folder.Flow}.{lane.Lane}", store.Epoch, lane, stop, abort);
    }

    private static void Drained(TrackedLog one, EndOfFile end)
    {
        one.DrainedAs = end;
        one.PendingSince = null;
        if (one.IsCompressed) one.Length = one.Checkpoint.Offset;
    }

    /// <summary>Takes records as long as they fit into one request; true where it is full.</summary>
    /// <param name="cuts">Ends of records that no byte of the file says.</param>
    private bool Fill(PutBatch batch, RecordReader reader, TrackedLog one, EndOfFile end, out List<long> cuts)
    {
        batch.Clear();
        cuts = [];
        while (TryPeek(reader, end, batch, out var isBroken))
        {
            if (isBroken) return true;
            var data = Data(reader, out var isFiltered);
            if (!isFiltered)
            {
                var place = reader.Offset + reader.Length;
                var key = flow.Kind == DestinationKind.KinesisStream ? Key(data.Span, one.Id, place) : "";
                if (batch.Entries.Count > 0 && batch.Bytes + data.Length + key.Length > flow.BufferBytesMax) return true;
                batch.Add(data.Span, key, place);
            }
            if (reader.IsEndedByTime) cuts.Add(reader.Offset + reader.Length);
            reader.Advance();
            if (batch.Entries.Count >= flow.BufferRecordsMax) return true;
        }
        return false;
    }

    /// <summary>What was read before a file could not be read on is sent first; the next try to read it then fails with nothing in hand.</summary>
    private static bool TryPeek(RecordReader reader, EndOfFile end, PutBatch batch, out bool isBroken)
    {
        isBroken = false;
        try
        {
            return reader.TryPeek(end);
        }
        catch (Exception e) when (batch.Entries.Count > 0 && e is IOException or InvalidDataException)
        {
            isBroken = true;
            return true;
        }
    }

    private ReadOnlyMemory<byte> Data(RecordReader reader, out bool isFiltered)
    {
        var data = reader.Data;
        isFiltered = false;
        if (_converter is not null)
        {
            if (_converter.Convert(data, out var hasFailed) is not { } converted)
            {
                counters.RecordsFiltered.Add(1);
                isFiltered = true;
                return data;
            }
            if (hasFailed) counters.RecordsUnconverted.Add(1);
            data = converted;
        }
        var bytesMax = flow.RecordBytesMax - (flow.Kind == DestinationKind.KinesisStream ? KeyBytesMax : 0);
        if (data.Length <= bytesMax && !reader.IsTooLong) return data;
        counters.RecordsTruncated.Add(1);
        var kept = Math.Min(data.Length, bytesMax - _terminator.Length);
        return (byte[])[.. data.Span[..kept], .. _terminator];
    }

    private const int KeyBytesMax = 32;

    /// <summary>The same for the same record each time: with another key what is sent again would come to another shard, which does not know it.</summary>
    private string Key(ReadOnlySpan<byte> data, long id, long place)
    {
        if (flow.PartitionKeyOption == PartitionKeyOption.Deterministic)
        {
#pragma warning disable CA5351 // Kinesis's agent takes MD5 for spreading records, not for secrets.
            return Convert.ToHexStringLower(MD5.HashData(data));
#pragma warning restore CA5351
        }
        var mixed = _keySeed ^ ((ulong)id * 0x9E3779B97F4A7C15) ^ ((ulong)place * 0xD6E8FEB86659FD93);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)).ToString("x16", CultureInfo.InvariantCulture);
    }

    [LoggerMessage(20, LogLevel.Warning, "{Path} cannot be read now: {Why}")]
    private static partial void CannotRead(ILogger log, string path, string why);
}
