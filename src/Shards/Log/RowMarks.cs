using System.Collections.Immutable;

namespace ActorStreams.Shards.Log;

/// <summary>What a shard had taken in all, up to and including a row: records, and bytes as they stand in the store.</summary>
public readonly record struct RowMark(long Row, long Records, long Bytes);

/// <summary>
/// Totals at some rows of a shard, by which it knows about how much is left when rows are given up, without reading them. Few: between two of
/// them the rows are taken for equally large. They lie at most a 32nd of the rows kept apart from each other when they are made.
/// </summary>
internal static class RowMarks
{
    private const int Max = 64;
    private const int Parts = 32;

    /// <summary>The marks after the shard's totals grew to these.</summary>
    public static ImmutableArray<RowMark> Reached(ImmutableArray<RowMark> marks, RowMark tip)
    {
        if (marks.IsEmpty) return [tip];
        if (tip.Row - marks[^1].Row < (tip.Row - marks[0].Row) / Parts) return marks;
        return [.. marks.Length < Max ? marks : marks.Where((_, i) => i % 2 == 0), tip];
    }

    /// <summary>The marks after everything up to this row was given up; the first of them says what that came to.</summary>
    public static ImmutableArray<RowMark> Trimmed(ImmutableArray<RowMark> marks, long row, RowMark tip) =>
        [At(marks, row, tip), .. marks.Where(m => m.Row > row)];

    /// <summary>About what the shard had taken up to and including this row.</summary>
    public static RowMark At(ImmutableArray<RowMark> marks, long row, RowMark tip)
    {
        if (row >= tip.Row) return tip with { Row = row };
        var next = 0;
        while (next < marks.Length && marks[next].Row <= row) next++;
        var before = next > 0 ? marks[next - 1] : default;
        var after = next < marks.Length ? marks[next] : tip;
        var part = (double)(row - before.Row) / (after.Row - before.Row);
        return new RowMark(
            row, before.Records + (long)((after.Records - before.Records) * part), before.Bytes + (long)((after.Bytes - before.Bytes) * part));
    }
}
