namespace ActorStreams.Hosting;

/// <summary>A running process must end at once, for a reason that its user can do something about; the message names it.</summary>
public sealed class CannotGoOnException(string message) : Exception(message);
