namespace ActorStreams.Pipelines.Sinks;

/// <summary>The stream to append to is not there, or is being made or deleted: nothing is in it that counts.</summary>
public sealed class StreamMissingException(string message) : Exception(message);
