using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

/// <summary>Keeps what it was told.</summary>
internal sealed class ToldWatcher : ITransformWatcher
{
    public List<string?> Waited { get; } = [];

    public List<(TransformOutcome Outcome, int Calls)> Calls { get; } = [];

    public void Waits(string? what) => Waited.Add(what);

    public void Called(TransformOutcome outcome, int calls) => Calls.Add((outcome, calls));
}
