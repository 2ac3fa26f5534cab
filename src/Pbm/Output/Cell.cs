using Spectre.Console;

namespace ActorStreams.Pbm.Output;

/// <summary>Colour of a cell where there is colour.</summary>
internal enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
}

internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string text) => new(text);

    public Style Style => Tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };
}

/// <param name="Dispensable">0 stays; where the terminal is too narrow, the column with the highest number goes first.</param>
internal sealed record Column(string Title, bool IsNumber = false, int Dispensable = 0);
