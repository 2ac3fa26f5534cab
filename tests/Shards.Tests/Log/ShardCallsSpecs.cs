using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Serialization;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

/// <summary>Who waits for the calls of before a recovery, and what becomes of them when the store does not tell.</summary>
public sealed class ShardCallsSpecs : Akka.TestKit.Xunit2.TestKit
{
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(7), 0);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000));
    private readonly Rows _rows = new();
    private readonly ShardCalls _calls;

    public ShardCallsSpecs()
    {
        var tails = new TailBudget(0);
        var options = new ShardOptions { QueueBytesMax = 2 * Samples.Block.Bytes.Length };
        var services = new ShardServices(
            "a", options, _rows, _time, tails, new LostShards(_time, options.LostShardHold), new ShardMetrics(tails), () => { });
        _calls = new ShardCalls(s_shard, services, TestActor, new NoTimers(), NoLogger.Instance);
        _calls.SnapshotFound(State());
    }

    [Fact]
    public void Only_what_may_be_a_repeat_waits()
    {
        Assert.False(_calls.Holds(new Append(s_shard, Samples.Block), TestActor, isEarly: false));
        Assert.False(_calls.Holds(Of(mayBeRepeat: false), TestActor, isEarly: false));
        Assert.Equal(0, _rows.Asked);

        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
        Assert.Equal(1, _rows.Asked);
    }

    [Fact]
    public void A_first_try_that_came_before_the_shard_was_owned_waits_too() =>
        Assert.True(_calls.Holds(Of(mayBeRepeat: false), TestActor, isEarly: true));

    [Fact]
    public void The_store_is_asked_once_for_all_that_wait()
    {
        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
        _calls.Find(new FindCalls(s_shard, 1), TestActor, State());
        _rows.Answer();

        var appends = _calls.Loaded(ExpectMsg<ShardCalls.CallsRead>(), State());

        Assert.Equal((1, 2), (_rows.Asked, appends.Count));
        Assert.Empty(ExpectMsg<FindCallsReply.Found>().Blocks);
        Assert.False(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
    }

    [Fact]
    public void Where_the_store_does_not_tell_nothing_is_stored_and_the_next_try_asks_again()
    {
        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
        _calls.Find(new FindCalls(s_shard, 1), TestActor, State());
        _rows.Fail();

        _calls.NotLoaded(ExpectMsg<ShardCalls.CallsNotRead>().Cause);

        Assert.Equal(AppendError.NotReady, ExpectMsg<AppendReply.Refused>().Error);
        Assert.Equal(AppendError.NotReady, ExpectMsg<FindCallsReply.Refused>().Error);
        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
        Assert.Equal(2, _rows.Asked);
    }

    [Fact]
    public void More_than_the_queue_may_hold_is_refused()
    {
        for (var i = 0; i < 3; i++) Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));

        Assert.Equal(AppendError.Overloaded, ExpectMsg<AppendReply.Refused>().Error);
    }

    [Fact]
    public void Once_the_rows_of_before_the_recovery_have_left_the_window_nobody_waits_for_them()
    {
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_calls.Holds(Of(mayBeRepeat: true), TestActor, isEarly: false));
    }

    private ShardState State() => ShardState.Unborn.Apply(new ShardEvents.Opened(HashKeyRange.Whole, 1, [], 0, [], "a"), 1) with
    {
        TipRow = 40,
        LastRow = 40,
        LastArrivalMs = 1_750_000_000_000,
    };

    private static Append Of(bool mayBeRepeat) => new(s_shard, Samples.Block, null, new CallToken(1, CallEntries.All, 0, mayBeRepeat));

    private sealed class Rows : IJournalReader
    {
        private TaskCompletionSource<JournalRowHeader?> _next = new();

        public int Asked { get; private set; }

        public void Answer() => _next.SetResult(null);

        public void Fail()
        {
            var failed = _next;
            _next = new TaskCompletionSource<JournalRowHeader?>();
            failed.SetException(new TimeoutException("as told"));
        }

        public Task<JournalRowHeader?> HeaderAtOrAfterAsync(
            string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct)
        {
            Asked += row == 20 ? 1 : 0;
            return _next.Task;
        }

        public Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
            string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<long> HighestRowAsync(string persistenceId, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<JournalRow>> ReadAsync(
            string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct) => throw new NotSupportedException();
    }

    private sealed class NoTimers : IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;
    }
}
