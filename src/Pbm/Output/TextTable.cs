using Spectre.Console;

namespace ActorStreams.Pbm.Output;

/// <summary>Rows under titles, as wide as the terminal allows: columns are left out before text wraps.</summary>
internal sealed class TextTable(params Column[] columns)
{
    private const int GapColumns = 2;

    private readonly List<Cell[]> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public void Add(params Cell[] cells)
    {
        if (cells.Length != columns.Length) throw new ArgumentException($"{cells.Length} cells for {columns.Length} columns.", nameof(cells));
        _rows.Add([.. cells.Select(c => c with { Text = Printable.Line(c.Text) })]);
    }

    public void WriteTo(Screen screen)
    {
        var shown = Fitting(screen.Width);
        var table = new Table { Border = TableBorder.None, ShowFooters = false, UseSafeBorder = true };
        foreach (var index in shown)
        {
            var isLast = index == shown[^1];
            var column = new TableColumn(new Text(columns[index].Title, new Style(decoration: Decoration.Bold)))
            {
                Alignment = columns[index].IsNumber ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, isLast ? 0 : GapColumns, 0),
                // Only the last one wraps, so that a row stays a row.
                NoWrap = !isLast,
            };
            table.AddColumn(column);
        }

        foreach (var row in _rows) table.AddRow(shown.Select(i => new Text(row[i].Text, row[i].Style)));
        screen.Write(table);
        if (shown.Count < columns.Length)
            screen.Line($"(left out for want of width: {string.Join(", ", columns.Where((_, i) => !shown.Contains(i)).Select(c => c.Title))})");
    }

    private List<int> Fitting(int width)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        while (shown.Sum(Width) + (shown.Count - 1) * GapColumns > width && shown.MaxBy(i => columns[i].Dispensable) is var next && columns[next].Dispensable > 0)
            shown.Remove(next);
        return shown;
    }

    private int Width(int index) => _rows.Select(r => r[index].Text.GetCellWidth()).Append(columns[index].Title.Length).Max();
}
