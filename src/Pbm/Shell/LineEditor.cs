using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Shell;

/// <summary>Reads a line from the keyboard: editing, history, completion. Needs a terminal that obeys ANSI sequences.</summary>
internal sealed class LineEditor(Screen screen, string prompt, Func<string, IReadOnlyList<string>> suggest)
{
    private const int HistoryLinesMax = 500;

    private readonly List<string> _history = [];

    /// <summary>The line, or null at ctrl-D on an empty one.</summary>
    public string? Read()
    {
        // Ctrl-C clears the line here; while a command runs it is a signal to that.
        Console.TreatControlCAsInput = true;
        try
        {
            return ReadKeys();
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private string? ReadKeys()
    {
        var line = EditedLine.Empty;
        var at = _history.Count;
        while (true)
        {
            Draw(line);
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    Draw(line.MoveTo(line.Text.Length));
                    screen.Out.WriteLine();
                    Remember(line.Text);
                    return line.Text;
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Text.Length == 0:
                    screen.Out.WriteLine();
                    return null;
                case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                    screen.Out.WriteLine("^C");
                    (line, at) = (EditedLine.Empty, _history.Count);
                    break;
                case { Key: ConsoleKey.L, Modifiers: ConsoleModifiers.Control }:
                    screen.Out.Write("\x1b[2J\x1b[H");
                    break;
                case { Key: ConsoleKey.UpArrow } when at > 0:
                    line = EditedLine.AtEnd(_history[--at]);
                    break;
                case { Key: ConsoleKey.DownArrow } when at < _history.Count:
                    line = EditedLine.AtEnd(++at == _history.Count ? "" : _history[at]);
                    break;
                case { Key: ConsoleKey.Tab }:
                    line = Complete(line);
                    break;
                default:
                    line = Edit(line, key);
                    break;
            }
        }
    }

    public static EditedLine Edit(EditedLine line, ConsoleKeyInfo key) => key switch
    {
        { Key: ConsoleKey.LeftArrow } or { Key: ConsoleKey.B, Modifiers: ConsoleModifiers.Control } => line.MoveTo(line.Cursor - 1),
        { Key: ConsoleKey.RightArrow } or { Key: ConsoleKey.F, Modifiers: ConsoleModifiers.Control } => line.MoveTo(line.Cursor + 1),
        { Key: ConsoleKey.Home } or { Key: ConsoleKey.A, Modifiers: ConsoleModifiers.Control } => line.MoveTo(0),
        { Key: ConsoleKey.End } or { Key: ConsoleKey.E, Modifiers: ConsoleModifiers.Control } => line.MoveTo(line.Text.Length),
        { Key: ConsoleKey.Backspace } => line.Backspace(),
        { Key: ConsoleKey.Delete } or { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } => line.Delete(),
        { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control } => line.DeleteToStart(),
        { Key: ConsoleKey.K, Modifiers: ConsoleModifiers.Control } => line.DeleteToEnd(),
        { Key: ConsoleKey.W, Modifiers: ConsoleModifiers.Control } => line.DeleteWord(),
        { KeyChar: var letter } when !char.IsControl(letter) => line.Insert(letter.ToString()),
        _ => line,
    };

    /// <summary>The one word that fits, or what all that fit begin with; where that is nothing new, they are listed.</summary>
    private EditedLine Complete(EditedLine line)
    {
        var text = line.Text[..line.Cursor];
        var words = suggest(text);
        if (words.Count == 0) return line;
        if (words.Count == 1) return line.Complete(words[0] + " ");
        var shared = SharedStart(words);
        if (shared.Length > text.Length - (text.LastIndexOf(' ') + 1)) return line.Complete(shared);
        screen.Out.WriteLine();
        screen.Out.WriteLine(string.Join("  ", words.Select(Printable.Line)));
        return line;
    }

    public static string SharedStart(IReadOnlyList<string> words)
    {
        var length = words.Min(w => w.Length);
        for (var i = 0; i < length; i++)
        {
            if (words.Any(w => w[i] != words[0][i])) return words[0][..i];
        }

        return words[0][..length];
    }

    private void Draw(EditedLine line)
    {
        var (shown, column) = line.Window(Math.Max(10, screen.Width - prompt.Length));
        // To the first column, the line anew, rid of what stood behind it, then to where the cursor is.
        screen.Out.Write($"\r{prompt}{shown}\x1b[K\r\x1b[{prompt.Length + column}C");
        screen.Out.Flush();
    }

    private void Remember(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || _history.LastOrDefault() == line) return;
        _history.Add(line);
        if (_history.Count > HistoryLinesMax) _history.RemoveAt(0);
    }
}
