using System.Collections.Immutable;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Pipelines.Sinks;

/// <summary>
/// Appends records to a stream, <b>exactly once</b> (idempotent): each carries a position that follows from its source record, the shards
/// remember how far this producer got in each hash key range, and what lies at or below that is left out. Holds over restarts, answers
/// of unknown outcome and reshards of the output; for one delivery at a time.
/// </summary>
public sealed class StreamSink(
    IStreams streams, StreamId target, string producer, long epoch, StreamSinkOptions options, TimeProvider time, Action<string?> waiting)
{
    private readonly AnswerPatience _patience = new(options.AnswerPatience, time);

    // Null when the output has to be looked at anew: at the start, after a reshard, a gap, a deletion.
    private ProducerFrontier[]? _outputs;
    private HashKeyRouter? _router;

    /// <summary>Shuts older epochs of this producer out of every open shard; waits until the stream is there.</summary>
    /// <param name="stop">Ends the waiting, with <see cref="OperationCanceledException"/>.</param>
    public async Task AttachAsync(CancellationToken stop)
    {
        if (await AttachWaitingAsync(stop)) waiting(null);
    }

    /// <summary>Whether it had to wait, and said so.</summary>
    private async Task<bool> AttachWaitingAsync(CancellationToken stop)
    {
        if (_outputs is not null) return false;
        for (var attempt = 0; ; attempt++)
        {
            if (await TryAttachAsync(stop) is not { } problem) return attempt > 0;
            waiting(problem);
            await options.Retry.WaitAsync(attempt, time, stop);
        }
    }

    /// <summary>Returns when every record is durable in the output, by this call or an earlier one.</summary>
    /// <param name="records">In order of their positions, and above those of every delivery before.</param>
    /// <param name="stop">Ends the waiting for a sink that is away, with <see cref="OperationCanceledException"/>.</param>
    public async Task DeliverAsync(IReadOnlyList<OutputRecord> records, CancellationToken stop)
    {
        if (records.Count == 0) return;
        var hasWaited = false;
        for (var attempt = 0; ; attempt++)
        {
            hasWaited |= await AttachWaitingAsync(stop);
            var outputs = _outputs!;
            var byOutput = records.GroupBy(r => outputs[_router!.Route(r.HashKey)])
                .Select(group => (Output: group.Key, Records: group.Where(r => !group.Key.Has(r.HashKey, r.Position)).ToList()))
                .Where(part => part.Records.Count > 0)
                .ToList();
            var problems = await Task.WhenAll(byOutput.Select(part => AppendAsync(part.Output, part.Records, stop)));
            if (problems.All(p => p is null))
            {
                if (hasWaited) waiting(null);
                return;
            }
            _outputs = null;
            // The first look at a changed output needs no wait: a reshard tells where the keys went.
            if (attempt == 0) continue;
            hasWaited = true;
            waiting(problems.First(p => p is not null));
            await options.Retry.WaitAsync(attempt, time, stop);
        }
    }

    /// <summary>Null when all is done; else why the output has to be looked at anew.</summary>
    private async Task<string?> AppendAsync(ProducerFrontier output, List<OutputRecord> records, CancellationToken stop)
    {
        for (var from = 0; from < records.Count;)
        {
            var (block, count) = Block(records, from);
            var position = records[from + count - 1].Position;
            if (await AppendBlockAsync(output, block, position, stop) is { } problem) return problem;
            from += count;
        }
        return null;
    }

    private async Task<string?> AppendBlockAsync(ProducerFrontier output, RecordBlock block, ProducerPosition position, CancellationToken stop)
    {
        // A repeat names the same predecessor and position, so that the shard knows it from its own journal.
        var append = new ProducerAppend(producer, epoch, output.Position, position);
        for (var attempt = 0; ; attempt++)
        {
            // Not cancelled by a stop: an answer that is on its way saves the next incarnation the redo.
            var reply = await _patience.WaitAsync(streams.AppendAsync(target, output.Key, block, append, CancellationToken.None))
                ?? new AppendReply.Refused(AppendError.OutcomeUnknown, "No answer came for a while.");
            switch (reply)
            {
                case AppendReply.Appended:
                    if (attempt > 0) waiting(null);
                    output.Advance(position);
                    return null;
                case AppendReply.Repeated repeated:
                    if (attempt > 0) waiting(null);
                    output.Advance(position);
                    return repeated.Position == output.Position ? null : $"{output.Key} is further than this producer knows.";
                case AppendReply.Refused { Error: AppendError.StaleEpoch } stale:
                    throw new ConsumerFencedException(stale.Detail);
                case AppendReply.Refused { Error: AppendError.OutcomeUnknown or AppendError.NotReady or AppendError.Overloaded } passing:
                    waiting($"{target}: {passing.Error}: {passing.Detail}");
                    await options.Retry.WaitAsync(attempt, time, stop);
                    continue;
                case AppendReply.Refused refused:
                    return $"{target}: {refused.Error}: {refused.Detail}";
                default:
                    throw new InvalidOperationException($"An append was answered with {reply}.");
            }
        }
    }

    private async Task<string?> TryAttachAsync(CancellationToken stop)
    {
        var found = await _patience.WaitAsync(streams.MapAsync(target, stop).AsTask()) ?? new MapResult.Unavailable("No answer came for a while.");
        if (found is not MapResult.Found { Map: var map })
        {
            var problem = found switch
            {
                MapResult.NotActive { Status: var status } => $"stream {target} is {status}",
                MapResult.Unavailable { Detail: var detail } => $"stream {target} does not answer: {detail}",
                _ => $"stream {target} does not exist",
            };
            return options.WaitsForStream || found is MapResult.Unavailable ? problem : throw new StreamMissingException(problem);
        }
        var replies = await Task.WhenAll(map.Open.Select(async shard =>
            await _patience.WaitAsync(streams.AttachAsync(shard.Key, producer, epoch, stop))
            ?? new AttachReply.Refused(AppendError.OutcomeUnknown, "No answer came for a while.")));
        var outputs = ImmutableArray.CreateBuilder<ProducerFrontier>(replies.Length);
        foreach (var (shard, reply) in map.Open.Zip(replies))
        {
            switch (reply)
            {
                case AttachReply.Attached attached:
                    outputs.Add(new ProducerFrontier(shard, new ProducerEntry(producer, epoch, attached.Positions)));
                    break;
                case AttachReply.Refused { Error: AppendError.StaleEpoch } stale:
                    throw new ConsumerFencedException(stale.Detail);
                case AttachReply.Refused refused:
                    return $"{target}: {refused.Error}: {refused.Detail}";
            }
        }
        _router = map.Router;
        _outputs = [.. outputs];
        return null;
    }

    private (RecordBlock Block, int Count) Block(List<OutputRecord> records, int from)
    {
        var builder = new RecordBlockBuilder();
        for (var i = from; i < records.Count && builder.Count < options.BlockRecordsMax; i++)
        {
            if (builder.Count > 0 && builder.Bytes + records[i].Data.Length > options.BlockBytesMax) break;
            builder.Add(records[i].PartitionKey, null, records[i].Data.Span);
        }
        return (builder.Build(), builder.Count);
    }
}
