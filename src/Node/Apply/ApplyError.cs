namespace ActorStreams.Node.Apply;

/// <summary>Something in a file that is wrong.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Text">With the path of the member, where there is one, and what is allowed there.</param>
internal sealed record ApplyError(string File, long Line, string Text)
{
    public override string ToString() => $"{File}:{Line}: {Text}";
}
