namespace ActorStreams.Shards.Store;

/// <summary>What differs between the two databases.</summary>
internal interface IStoreBackend : IAsyncDisposable
{
    IJournalReader Journal { get; }

    /// <summary>Creates what is missing and proves that the store can be used; <see cref="StoreUnavailableException"/> when not.</summary>
    Task OpenAsync(CancellationToken ct);

    /// <summary>Keeps <paramref name="candidate"/> unless the name is taken; returns what is kept.</summary>
    Task<byte[]> KeepSecretAsync(string name, byte[] candidate, CancellationToken ct);

    /// <summary>Asks the store whether it is there, and whether it is still the one that was opened; <see cref="StoreGoneException"/> when not.</summary>
    Task ProveAsync(CancellationToken ct);

    Task<long> GiveBackSpaceAsync(long bytesMax, CancellationToken ct);

    Task<long> SizeBytesAsync(CancellationToken ct);
}
