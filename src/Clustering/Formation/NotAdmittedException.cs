namespace ActorStreams.Clustering.Formation;

/// <summary>This process cannot become a member in this life; the message says why.</summary>
public sealed class NotAdmittedException(string message) : Exception(message);
