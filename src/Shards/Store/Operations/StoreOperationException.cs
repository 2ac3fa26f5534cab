namespace ActorStreams.Shards.Store.Operations;

/// <summary>An operation on a store was refused or did not succeed; the message says what is there now, and holds no password.</summary>
public sealed class StoreOperationException(string message, Exception? innerException = null) : Exception(message, innerException);
