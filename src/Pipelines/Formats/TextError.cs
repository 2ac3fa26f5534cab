namespace ActorStreams.Pipelines.Formats;

/// <summary>What is wrong with an expression, and where.</summary>
/// <param name="Position">Of the character, from 1; one past the end where something is missing.</param>
public sealed record TextError(int Position, string Message)
{
    public override string ToString() => $"character {Position}: {Message}";
}
