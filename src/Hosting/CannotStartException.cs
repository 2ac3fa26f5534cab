namespace ActorStreams.Hosting;

/// <summary>The node cannot start, for a reason that its user can do something about; the message names it.</summary>
public sealed class CannotStartException(string message, Exception inner) : Exception(message, inner);
