namespace ActorStreams.Shards.Store;

/// <summary>The store's file is not the one any more that this process writes to: what it acknowledges would be lost.</summary>
public sealed class StoreGoneException(string message) : Exception(message);
