using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>
/// An owner that was stopped takes confirmations of before the stop out of its mailbox after requests of after it; neither says
/// anything about what another owner did in between.
/// </summary>
public sealed class TipTrustSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(7), 0);
    private static readonly ShardState s_state = ShardState.Unborn.Apply(new ShardEvents.Opened(HashKeyRange.Whole, 1, [], 0, [], "a"), 1);
    private readonly FakeTimeProvider _time = new();
    private readonly Rows _rows = new();
    private readonly RecordTail _tail = new(0, new TailBudget(0), default);
    private readonly StoreAgreement _agreement;
    private readonly ShardReads _reads;

    public TipTrustSpecs()
    {
        var tails = new TailBudget(0);
        var options = new ShardOptions();
        var services = new ShardServices(
            "a", options, _rows, _time, tails, new LostShards(_time, options.LostShardHold), new ShardMetrics(tails), () => { });
        _agreement = new StoreAgreement(_time);
        _reads = new ShardReads(s_shard, services, TestActor, new NoTimers(), _agreement);
    }

    [Fact]
    public void A_write_issued_before_a_stop_does_not_answer_a_read_that_came_after_it()
    {
        var issuedAt = _agreement.Now();
        _time.Advance(TimeSpan.FromSeconds(14));
        _reads.Add(Read(), TestActor, s_state, _tail, probe: false);

        _reads.Trust(issuedAt);
        _reads.AnswerAll(s_state, _tail);

        Assert.Equal(1, _rows.Asked);
        _rows.Answer(1);
        Answer(ExpectMsg<ShardReads.TipProbed>());
        ExpectMsg<ReadReply.FromTail>();
    }

    [Fact]
    public void A_look_at_the_store_before_a_stop_does_not_answer_a_read_that_came_after_it()
    {
        _reads.Add(Read(), TestActor, s_state, _tail, probe: true);
        _rows.Answer(1);
        var before = ExpectMsg<ShardReads.TipProbed>();
        _time.Advance(TimeSpan.FromSeconds(14));
        var late = CreateTestProbe();
        _reads.Add(Read(), late.Ref, s_state, _tail, probe: true);

        Answer(before);

        ExpectMsg<ReadReply.FromTail>();
        Assert.Equal(2, _rows.Asked);
        _rows.Answer(1);
        Answer(ExpectMsg<ShardReads.TipProbed>());
        late.ExpectMsg<ReadReply.FromTail>();
    }

    [Fact]
    public void A_store_that_takes_longer_than_the_trust_lasts_still_answers_readers()
    {
        _reads.Add(Read(), TestActor, s_state, _tail, probe: true);
        _time.Advance(TimeSpan.FromSeconds(4));
        _rows.Answer(1);

        Answer(ExpectMsg<ShardReads.TipProbed>());

        ExpectMsg<ReadReply.FromTail>();
    }

    private static Read Read() => new(s_shard, new ShardPosition(2, 0), 10, 1 << 20, TimeSpan.Zero);

    private void Answer(ShardReads.TipProbed probed)
    {
        _reads.ProbeEnded();
        _reads.Trust(probed.AskedAt);
        _reads.AnswerAll(s_state, _tail);
    }

    private sealed class Rows : IJournalReader
    {
        private TaskCompletionSource<long> _next = new();

        public int Asked { get; private set; }

        public void Answer(long row)
        {
            var answered = _next;
            _next = new TaskCompletionSource<long>();
            answered.SetResult(row);
        }

        public Task<long> HighestRowAsync(string persistenceId, CancellationToken ct)
        {
            Asked++;
            return _next.Task;
        }

        public Task<IReadOnlyList<JournalRow>> ReadAsync(
            string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<JournalRowHeader?> HeaderAtOrAfterAsync(
            string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
            string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct) => throw new NotSupportedException();
    }

    private sealed class NoTimers : IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;
    }
}
