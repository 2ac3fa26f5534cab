using System.Buffers.Binary;
using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using FsCheck.Xunit;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

public class ProducerPositionsSpecs
{
    private static readonly HashKeyRange s_lower = HashKeyRange.Tile(2)[0];
    private static readonly HashKeyRange s_upper = HashKeyRange.Tile(2)[1];
    private static readonly ProducerEntry s_attached = new("p", 3, []);

    [Fact]
    public void The_first_append_follows_no_position()
    {
        Assert.Null(Judge(s_attached, ProducerPosition.None, At(1)));
        Assert.Equal(AppendError.Gap, Refusal(Judge(s_attached, At(1), At(2))));
    }

    [Fact]
    public void A_position_that_was_reached_is_repeated()
    {
        var entry = Advanced(s_attached, HashKeyRange.Whole, 5);

        Assert.Equal(new AppendReply.Repeated(At(5)), Judge(entry, At(4), At(5)));
        Assert.Equal(new AppendReply.Repeated(At(5)), Judge(entry, ProducerPosition.None, At(1)));
        Assert.Null(Judge(entry, At(5), At(6)));
    }

    [Fact]
    public void A_predecessor_that_is_not_the_frontier_is_a_gap()
    {
        var entry = Advanced(s_attached, HashKeyRange.Whole, 5);

        Assert.Equal(AppendError.Gap, Refusal(Judge(entry, At(6), At(7))));
        Assert.Equal(AppendError.Gap, Refusal(Judge(entry, At(4), At(7))));
        Assert.Equal(AppendError.Gap, Refusal(Judge(entry, ProducerPosition.None, At(7))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ProducerPosition.BytesMax + 1)]
    public void A_position_of_no_bytes_or_too_many_is_refused(int bytes) =>
        Assert.Equal(AppendError.Gap, Refusal(Judge(s_attached, ProducerPosition.None, new ProducerPosition(new byte[bytes]))));

    [Fact]
    public void A_producer_appends_under_the_epoch_it_attached_with()
    {
        Assert.Equal(AppendError.NotAttached, Refusal(Judge(null, ProducerPosition.None, At(1))));
        Assert.Equal(AppendError.NotAttached, Refusal(Judge(s_attached, ProducerPosition.None, At(1), epoch: 4)));
        Assert.Equal(AppendError.StaleEpoch, Refusal(Judge(s_attached, ProducerPosition.None, At(1), epoch: 2)));
    }

    [Fact]
    public void A_repeat_under_an_old_epoch_is_refused_all_the_same() =>
        Assert.Equal(
            AppendError.StaleEpoch,
            Refusal(Judge(Advanced(s_attached, HashKeyRange.Whole, 5), At(4), At(5), epoch: 2)));

    [Fact]
    public void A_merge_keeps_the_positions_of_both_parents_side_by_side()
    {
        var merged = ProducerPositions.Join(Advanced(s_attached, s_lower, 5), Advanced(s_attached with { Epoch = 4 }, s_upper, 9));

        Assert.Equal(4, merged.Epoch);
        Assert.Equal<RangePosition>([new RangePosition(s_lower, At(5)), new RangePosition(s_upper, At(9))], merged.Positions);
        Assert.Equal(At(5), ProducerPositions.Frontier(merged, HashKeyRange.Whole));
    }

    [Fact]
    public void A_position_between_those_of_two_parents_moves_the_lower_one_alone()
    {
        var merged = ProducerPositions.Join(Advanced(s_attached, s_lower, 5), Advanced(s_attached, s_upper, 9));

        var advanced = Advanced(merged, HashKeyRange.Whole, 7);

        Assert.Equal<RangePosition>([new RangePosition(s_lower, At(7)), new RangePosition(s_upper, At(9))], advanced.Positions);
    }

    [Fact]
    public void A_position_above_those_of_two_parents_makes_them_one()
    {
        var merged = ProducerPositions.Join(Advanced(s_attached, s_lower, 5), Advanced(s_attached, s_upper, 9));

        Assert.Equal<RangePosition>([new RangePosition(HashKeyRange.Whole, At(10))], Advanced(merged, HashKeyRange.Whole, 10).Positions);
        Assert.Equal<RangePosition>([new RangePosition(HashKeyRange.Whole, At(9))], Advanced(merged, HashKeyRange.Whole, 9).Positions);
    }

    [Fact]
    public void A_parent_that_the_producer_never_wrote_to_holds_the_frontier_back()
    {
        var merged = ProducerPositions.Join(Advanced(s_attached, s_lower, 5), s_attached);

        Assert.Equal(ProducerPosition.None, ProducerPositions.Frontier(merged, HashKeyRange.Whole));
        Assert.Null(Judge(merged, ProducerPosition.None, At(3)));
        Assert.Equal<RangePosition>([new RangePosition(s_lower, At(5)), new RangePosition(s_upper, At(3))], Advanced(merged, HashKeyRange.Whole, 3).Positions);
    }

    [Fact]
    public void A_child_keeps_what_lies_in_its_range()
    {
        var merged = ProducerPositions.Join(Advanced(s_attached, s_lower, 5), Advanced(s_attached, s_upper, 9));
        var child = HashKeyRange.Tile(4)[2];

        Assert.Equal<RangePosition>([new RangePosition(child, At(9))], ProducerPositions.Within(merged, child).Positions);
        Assert.Empty(ProducerPositions.Within(s_attached, child).Positions);
        Assert.Empty(ProducerPositions.Within(s_attached with { Positions = default }, child).Positions);
    }

    /// <summary>
    /// The key space in eight cells, each with the highest position that was stored while an append covered it: whatever splits,
    /// merges and appends come, the shards say the same of each cell, and judge by the lowest cell of their range.
    /// </summary>
    [Property(MaxTest = 300)]
    public void Splits_and_merges_keep_the_position_of_every_key((byte Kind, byte Shard, byte Step)[] steps)
    {
        var cells = HashKeyRange.Tile(8);
        var stored = new int[cells.Count];
        var shards = new List<(int From, int To, ProducerEntry Entry)> { (0, 7, s_attached) };
        foreach (var (kind, at, step) in steps)
        {
            var i = at % shards.Count;
            if (kind % 4 == 0) Split(shards, i);
            else if (kind % 4 == 1) Merge(shards, i);
            else Append(shards, i, stored, step % 6 + 1);

            AssertSame(shards, stored);
        }

        HashKeyRange RangeOf((int From, int To, ProducerEntry Entry) shard) => new(cells[shard.From].Starting, cells[shard.To].Ending);

        void Split(List<(int From, int To, ProducerEntry Entry)> open, int i)
        {
            var (from, to, entry) = open[i];
            if (from == to) return;
            var middle = (from + to) / 2;
            open[i] = (from, middle, ProducerPositions.Within(entry, RangeOf((from, middle, entry))));
            open.Insert(i + 1, (middle + 1, to, ProducerPositions.Within(entry, RangeOf((middle + 1, to, entry)))));
        }

        void Merge(List<(int From, int To, ProducerEntry Entry)> open, int i)
        {
            if (i + 1 >= open.Count) return;
            open[i] = (open[i].From, open[i + 1].To, ProducerPositions.Join(open[i].Entry, open[i + 1].Entry));
            open.RemoveAt(i + 1);
        }

        void Append(List<(int From, int To, ProducerEntry Entry)> open, int i, int[] model, int step)
        {
            var shard = open[i];
            var range = RangeOf(shard);
            var lowest = Enumerable.Range(shard.From, shard.To - shard.From + 1).Min(cell => model[cell]);
            Assert.Equal(AppendError.Gap, Refusal(Judge(shard.Entry, At(lowest + 1), At(lowest + 2), range: range)));
            if (lowest > 0) Assert.Equal(new AppendReply.Repeated(At(lowest)), Judge(shard.Entry, ProducerPosition.None, At(lowest), range: range));
            Assert.Null(Judge(shard.Entry, At(lowest), At(lowest + step), range: range));
            open[i] = shard with { Entry = Advanced(shard.Entry, range, lowest + step) };
            for (var cell = shard.From; cell <= shard.To; cell++) model[cell] = Math.Max(model[cell], lowest + step);
        }

        void AssertSame(List<(int From, int To, ProducerEntry Entry)> open, int[] model)
        {
            foreach (var shard in open)
            {
                AssertTidy(shard.Entry.Positions, RangeOf(shard));
                for (var cell = shard.From; cell <= shard.To; cell++)
                    Assert.Equal(At(model[cell]), ProducerPositions.Frontier(ProducerPositions.Within(shard.Entry, cells[cell]), cells[cell]));
            }
        }
    }

    [Property]
    public void Positions_are_compared_from_the_left(byte[] a, byte[] b)
    {
        var (one, other) = (new ProducerPosition(a), new ProducerPosition(b));

        Assert.Equal(Math.Sign(a.AsSpan().SequenceCompareTo(b)), Math.Sign(one.CompareTo(other)));
        Assert.Equal(a.SequenceEqual(b), one == other);
        Assert.True(ProducerPosition.None <= one);
        Assert.Equal(one.GetHashCode(), new ProducerPosition(a.ToArray()).GetHashCode());
    }

    private static void AssertTidy(ImmutableArray<RangePosition> parts, HashKeyRange range)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(parts[i].Range, parts[i].Range.Intersect(range));
            if (i > 0) Assert.True(parts[i - 1].Range.Ending < parts[i].Range.Starting);
        }
    }

    // Position 0 is none: below every other and never appended.
    private static ProducerPosition At(int position)
    {
        if (position == 0) return ProducerPosition.None;
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, position);
        return new ProducerPosition(bytes);
    }

    private static ProducerEntry Advanced(ProducerEntry entry, HashKeyRange range, int position) =>
        ProducerPositions.Advance(entry, range, new ProducerAdvance(entry.Producer, entry.Epoch, At(position)));

    private static AppendReply? Judge(
        ProducerEntry? entry, ProducerPosition predecessor, ProducerPosition position, long epoch = 3, HashKeyRange? range = null) =>
        ProducerPositions.Judge(entry, range ?? HashKeyRange.Whole, new ProducerAppend("p", epoch, predecessor, position));

    private static AppendError Refusal(AppendReply? reply) => Assert.IsType<AppendReply.Refused>(reply).Error;
}
