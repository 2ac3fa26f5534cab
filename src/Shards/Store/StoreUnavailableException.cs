namespace ActorStreams.Shards.Store;

/// <summary>The store cannot be used as configured; the message names what was wrong and what is allowed, and holds no password.</summary>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
