namespace ActorStreams.Pipelines.Sinks;

/// <summary>A later incarnation of the same consumer has attached to a sink: this one has no effects any more and must stop.</summary>
public sealed class ConsumerFencedException(string message) : Exception(message);
