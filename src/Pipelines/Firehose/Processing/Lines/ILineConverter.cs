namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>Makes JSON of a line of text. It holds no state: the same line gives the same JSON.</summary>
public interface ILineConverter
{
    /// <summary>A JSON object without a newline; null with what is wrong with the line.</summary>
    /// <param name="line">In UTF-8, with or without its newline.</param>
    byte[]? Convert(ReadOnlySpan<byte> line, out string? problem);
}
