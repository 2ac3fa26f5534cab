using ActorStreams.Shards.Log;
using FsCheck;
using FsCheck.Xunit;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

public class RecentCallsSpecs
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    [Fact]
    public void What_was_stored_is_answered_as_it_was_stored()
    {
        var calls = Of(Block(1, row: 7, arrivalMs: 1_000));

        Assert.Equal(new AppendReply.Appended(3, 7, 2, 4, 1_000, IsRepeat: true), calls.Judge(Token(1), generation: 3));
        Assert.Null(calls.Judge(Token(2), generation: 3));
    }

    [Fact]
    public void A_call_is_known_to_the_last_millisecond_of_the_window_and_not_after_it()
    {
        var calls = Of(Block(1, row: 7, arrivalMs: 1_000));

        calls.Expire(301_000);
        Assert.NotNull(calls.Judge(Token(1), generation: 1));

        calls.Expire(301_001);
        Assert.Null(calls.Judge(Token(1), generation: 1));
        Assert.Equal(0, calls.Count);
    }

    [Fact]
    public void Entries_that_are_disjoint_are_stored_and_such_that_overlap_are_not()
    {
        var calls = Of(Block(1, row: 7, entries: 0b0011), Block(1, row: 8, entries: 0b0100));

        Assert.Equal(7, Assert.IsType<AppendReply.Appended>(calls.Judge(Token(1, 0b0011), 1)).Row);
        Assert.Equal(8, Assert.IsType<AppendReply.Appended>(calls.Judge(Token(1, 0b0100), 1)).Row);
        Assert.Null(calls.Judge(Token(1, 0b1000), 1));
        Assert.Equal(AppendError.CallOverlaps, Assert.IsType<AppendReply.Refused>(calls.Judge(Token(1, 0b0110), 1)).Error);
        Assert.Equal(AppendError.CallOverlaps, Assert.IsType<AppendReply.Refused>(calls.Judge(Token(1), 1)).Error);
        Assert.Equal([7L, 8L], calls.Find(1).Select(b => b.Row));
    }

    [Fact]
    public void Another_body_is_told()
    {
        var calls = Of(Block(1, row: 7, bodyHash: 5));

        Assert.Equal(AppendError.OtherBody, Assert.IsType<AppendReply.Refused>(calls.Judge(Token(1, bodyHash: 6), 1)).Error);
        Assert.IsType<AppendReply.Appended>(calls.Judge(Token(1, bodyHash: 5), 1));
    }

    [Fact]
    public void The_oldest_are_forgotten_beyond_the_bound_of_the_shard()
    {
        var calls = new RecentCalls(s_window, callsMax: 3);
        for (var id = 1; id <= 5; id++) calls.Add(Block(id, row: id));

        Assert.Equal([false, false, true, true, true], Enumerable.Range(1, 5).Select(id => calls.Judge(Token(id), 1) is not null));
    }

    [Fact]
    public void Beyond_the_bound_of_the_node_those_that_store_forget_their_oldest_until_there_is_room()
    {
        var budget = new CallBudget(500);
        var idle = new RecentCalls(s_window, int.MaxValue, budget);
        var busy = new RecentCalls(s_window, int.MaxValue, budget);
        for (var id = 1; id <= 400; id++) idle.Add(Block(id, row: id));
        for (var id = 1; id <= 1_000; id++) busy.Add(Block(id, row: id));

        Assert.Equal((400, budget.Calls - 400), (idle.Count, busy.Count));
        Assert.InRange(busy.Count, 64, 102);
        Assert.NotNull(busy.Judge(Token(1_000), 1));

        idle.Clear();
        busy.Clear();
        Assert.Equal(0, budget.Calls);
    }

    [Fact]
    public void What_was_read_later_stands_before_what_was_stored_meanwhile()
    {
        var calls = Of(Block(3, row: 30), Block(1, row: 31, entries: 2));

        calls.AddBefore([Block(1, row: 10, entries: 1), Block(2, row: 20)]);

        Assert.Equal([10L, 31L], calls.Find(1).Select(b => b.Row));
        Assert.Equal([20L, 30L], ((UInt128[])[2, 3]).SelectMany(id => calls.Find(id)).Select(b => b.Row));
    }

    [Property]
    public void It_knows_what_a_list_of_the_same_bounds_knows(PositiveInt bound, NonNegativeInt[] steps)
    {
        var calls = new RecentCalls(TimeSpan.FromMilliseconds(40), bound.Get);
        var model = new List<CallBlock>();
        var nowMs = 0L;
        var row = 0L;
        foreach (var step in steps.Select(s => s.Get))
        {
            nowMs += step % 7;
            calls.Expire(nowMs);
            model.RemoveAll(b => b.ArrivalMs < nowMs - 40);
            var block = Block(step % 5, ++row, arrivalMs: nowMs, entries: (byte)row);
            calls.Add(block);
            model.Add(block);
            if (model.Count > bound.Get) model.RemoveAt(0);

            Assert.Equal(model.Count, calls.Count);
            for (var id = 0; id < 5; id++) Assert.Equal(model.Where(b => b.Id == (UInt128)id), calls.Find((UInt128)id));
        }
    }

    private static RecentCalls Of(params CallBlock[] blocks)
    {
        var calls = new RecentCalls(s_window, 100);
        foreach (var block in blocks) calls.Add(block);
        return calls;
    }

    private static CallBlock Block(int id, long row, long arrivalMs = 1_000, byte entries = 0, ulong bodyHash = 0) =>
        new((UInt128)id, Entries(entries), bodyHash, row, 2, 4, arrivalMs);

    private static CallToken Token(int id, byte entries = 0, ulong bodyHash = 0) => new((UInt128)id, Entries(entries), bodyHash, true);

    private static CallEntries Entries(byte bits) => bits == 0 ? CallEntries.All : new CallEntries(new[] { bits });
}
