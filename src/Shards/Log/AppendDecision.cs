using ActorStreams.Shards.Keys;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>
/// Decides all appends that one flush takes, against confirmed state: one event at most, and for each append its answer, to be
/// given once that event is durable (or at once where nothing is written).
/// </summary>
public sealed class AppendDecision
{
    private readonly AppendReply[] _replies;

    private AppendDecision(AppendReply[] replies, RecordBatch? batch)
    {
        _replies = replies;
        Batch = batch;
    }

    /// <summary>What is to be written; null when every append was refused or is a repeat.</summary>
    public RecordBatch? Batch { get; }

    /// <summary>Answers in the order of the appends.</summary>
    public IReadOnlyList<AppendReply> Replies => _replies;

    /// <param name="state">Confirmed state.</param>
    /// <param name="appends">In order of arrival.</param>
    /// <param name="nowMs">Wall-clock time; records never arrive before their predecessors, whatever it says.</param>
    public static AppendDecision Decide(ShardState state, IReadOnlyList<Append> appends, long nowMs)
    {
        var replies = new AppendReply[appends.Count];
        if (state.Refuse() is { } refusal)
        {
            Array.Fill(replies, new AppendReply.Refused(refusal.Error, refusal.Detail, state.Children));
            return new AppendDecision(replies, null);
        }
        var row = state.LastRow + 1;
        var arrivalMs = Math.Max(nowMs, state.LastArrivalMs);
        var blocks = new List<RecordBatch.TimedBlock>(appends.Count);
        var advances = new List<ProducerAdvance>();
        // Two appends of one producer in one flush: the second is judged as if the first were durable, which it is when both are.
        Dictionary<string, ProducerEntry>? moved = null;
        var index = 0;
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (append.Producer is { } producer)
            {
                var entry = moved?.GetValueOrDefault(producer.Producer) ?? state.Producers.GetValueOrDefault(producer.Producer);
                if (ProducerPositions.Judge(entry, state.Range, producer) is { } answer)
                {
                    replies[i] = answer;
                    continue;
                }
                var advance = new ProducerAdvance(producer.Producer, producer.Epoch, producer.Position);
                (moved ??= [])[producer.Producer] = ProducerPositions.Advance(entry!, state.Range, advance);
                advances.Add(advance);
            }
            blocks.Add(new RecordBatch.TimedBlock(append.Block, arrivalMs));
            replies[i] = new AppendReply.Appended(state.Generation, row, index, append.Block.Count, arrivalMs);
            index += append.Block.Count;
        }
        return new AppendDecision(replies, blocks.Count == 0 ? null : RecordBatch.Encode(row, blocks, advances));
    }
}
