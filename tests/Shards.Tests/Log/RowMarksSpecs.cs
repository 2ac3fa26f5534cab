using System.Collections.Immutable;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Tests.Log;

public sealed class RowMarksSpecs
{
    /// <summary>Rows get ten times as large in the middle, rows without records lie between, and the first half is given up in steps.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void What_is_kept_is_known_within_a_few_percent_and_the_marks_stay_few(int rows)
    {
        var marks = ImmutableArray<RowMark>.Empty;
        var totals = new RowMark[(rows * 2) + 1];
        var (tip, trimmed, given) = (default(RowMark), 0L, default(RowMark));
        for (var row = 1L; row <= rows * 2; row++)
        {
            totals[row] = totals[row - 1] with { Row = row };
            if (row % 7 == 3) continue;
            var records = row > rows / 2 ? 100 : 10;
            tip = totals[row] = new RowMark(row, totals[row].Records + records, totals[row].Bytes + (records * 50));
            marks = RowMarks.Reached(marks, tip);
            if (row > rows && row % Math.Max(1, rows / 20) == 0)
            {
                trimmed = row - rows;
                given = RowMarks.At(marks, trimmed, tip);
                marks = RowMarks.Trimmed(marks, trimmed, tip);
            }
            Assert.InRange(marks.Length, 1, 65);
        }

        Assert.Equal(given, RowMarks.At(marks, trimmed, tip));
        var kept = tip.Records - totals[trimmed].Records;
        Assert.InRange(tip.Records - given.Records, kept * 0.95 - 100, (kept * 1.05) + 100);
        Assert.InRange(tip.Bytes - given.Bytes, (kept * 50 * 0.95) - 5_000, (kept * 50 * 1.05) + 5_000);
    }

    [Fact]
    public void Nothing_is_kept_once_the_tip_is_given_up()
    {
        var tip = new RowMark(9, 70, 7_000);

        Assert.Equal(tip, RowMarks.At([new RowMark(2, 10, 1_000)], 9, tip));
        Assert.Equal(tip with { Row = 12 }, RowMarks.At([], 12, tip));
    }

    /// <summary>A snapshot of before there were marks: then the rows are taken for equally large from the first on.</summary>
    [Fact]
    public void Without_a_mark_before_it_a_row_is_estimated_from_the_beginning()
    {
        Assert.Equal(new RowMark(5, 50, 500), RowMarks.At([], 5, new RowMark(10, 100, 1_000)));
        Assert.Equal(default, RowMarks.At([], 0, default));
    }
}
