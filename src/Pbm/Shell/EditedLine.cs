namespace ActorStreams.Pbm.Shell;

/// <summary>The text being typed and where in it.</summary>
/// <param name="Cursor">0 to the length of <paramref name="Text"/>.</param>
internal sealed record EditedLine(string Text, int Cursor)
{
    public static readonly EditedLine Empty = new("", 0);

    public static EditedLine AtEnd(string text) => new(text, text.Length);

    public EditedLine Insert(string text) => new(Text.Insert(Cursor, text), Cursor + text.Length);

    public EditedLine Backspace() => Cursor == 0 ? this : new(Text.Remove(Cursor - 1, 1), Cursor - 1);

    public EditedLine Delete() => Cursor == Text.Length ? this : this with { Text = Text.Remove(Cursor, 1) };

    public EditedLine MoveTo(int cursor) => this with { Cursor = Math.Clamp(cursor, 0, Text.Length) };

    public EditedLine DeleteToStart() => new(Text[Cursor..], 0);

    public EditedLine DeleteToEnd() => new(Text[..Cursor], Cursor);

    public EditedLine DeleteWord()
    {
        var start = Text[..Cursor].TrimEnd().LastIndexOf(' ') + 1;
        return new(Text.Remove(start, Cursor - start), start);
    }

    /// <summary>Puts <paramref name="word"/> in the place of the word that ends at the cursor.</summary>
    public EditedLine Complete(string word)
    {
        var start = Text[..Cursor].LastIndexOf(' ') + 1;
        return new(Text[..start] + word + Text[Cursor..], start + word.Length);
    }

    /// <summary>What fits in the width, with the cursor in it, and the cursor's column there.</summary>
    public (string Shown, int Column) Window(int width)
    {
        if (Text.Length < width) return (Text, Cursor);
        var start = Math.Clamp(Cursor - width + 1, 0, Text.Length);
        return (Text.Substring(start, Math.Min(width - 1, Text.Length - start)), Cursor - start);
    }
}
