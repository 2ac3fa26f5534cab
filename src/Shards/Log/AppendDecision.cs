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

    private AppendDecision(AppendReply[] replies, RecordBatch? batch, IReadOnlyList<CallBlock>? calls = null)
    {
        _replies = replies;
        Batch = batch;
        Calls = calls ?? [];
    }

    /// <summary>What is to be written; null when every append was refused or is a repeat.</summary>
    public RecordBatch? Batch { get; }

    /// <summary>The calls that are known once the batch is durable.</summary>
    public IReadOnlyList<CallBlock> Calls { get; }

    /// <summary>Answers in the order of the appends.</summary>
    public IReadOnlyList<AppendReply> Replies => _replies;

    /// <param name="state">Confirmed state.</param>
    /// <param name="appends">In order of arrival.</param>
    /// <param name="nowMs">Wall-clock time; records never arrive before their predecessors, whatever it says.</param>
    /// <param name="known">What was stored of which calls; none is told apart when null.</param>
    public static AppendDecision Decide(ShardState state, IReadOnlyList<Append> appends, long nowMs, RecentCalls? known = null)
    {
        var replies = new AppendReply[appends.Count];
        if (state.Refuse() is { } refusal)
        {
            // A closed shard answers for what it stored; only the rest is for its children.
            for (var i = 0; i < replies.Length; i++)
            {
                var stored = state.Lifecycle == ShardLifecycle.Closed && appends[i] is { Call: { } token } ? known?.Judge(token, state.Generation) : null;
                replies[i] = stored ?? new AppendReply.Refused(refusal.Error, refusal.Detail, state.Children);
            }
            return new AppendDecision(replies, null);
        }
        var row = state.LastRow + 1;
        var arrivalMs = Math.Max(nowMs, state.LastArrivalMs);
        var blocks = new List<RecordBatch.TimedBlock>(appends.Count);
        var advances = new List<ProducerAdvance>();
        // Two appends of one producer in one flush: the second is judged as if the first were durable, which it is when both are.
        Dictionary<string, ProducerEntry>? moved = null;
        var calls = new FlushCalls(known, state.Generation);
        var index = 0;
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (append.Producer is null && append.Call is { } call)
            {
                if (calls.Judge(call) is { } answer)
                {
                    replies[i] = answer;
                    continue;
                }
                calls.Add(new CallBlock(call.Id, call.Entries, call.BodyHash, row, index, append.Block.Count, arrivalMs));
            }
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
        return new AppendDecision(replies, blocks.Count == 0 ? null : RecordBatch.Encode(row, blocks, advances, calls.Stored), calls.Stored);
    }

    /// <summary>The calls of one flush, judged against those before it and each other: both are durable, or neither.</summary>
    private struct FlushCalls(RecentCalls? known, int generation)
    {
        private RecentCalls? _ofFlush;

        /// <summary>In the order of their indexes; null when there are none.</summary>
        public List<CallBlock>? Stored { get; private set; }

        public readonly AppendReply? Judge(CallToken token)
        {
            if (known?.Judge(token, generation) is { } answer) return answer;
            if (_ofFlush is not null) return _ofFlush.Judge(token, generation);
            return Stored is [var only] && only.Id == token.Id ? OfFlush(only).Judge(token, generation) : null;
        }

        public void Add(CallBlock block)
        {
            // Most flushes have one call, which needs no index.
            if (Stored is [var first]) _ofFlush = OfFlush(first);
            _ofFlush?.Add(block);
            (Stored ??= []).Add(block);
        }

        private static RecentCalls OfFlush(in CallBlock first)
        {
            var calls = new RecentCalls(TimeSpan.Zero, int.MaxValue);
            calls.Add(first);
            return calls;
        }
    }
}
