namespace ActorStreams.Shards.Store;

/// <summary>Where streams are kept: a SQLite file in a data folder, or a PostgreSQL database by one connection string.</summary>
public sealed record StoreOptions
{
    /// <summary>Folder of the SQLite file, default <c>./data</c>; created when missing. Not used with PostgreSQL.</summary>
    public string DataDirectory { get; init; } = "./data";

    /// <summary>Npgsql connection string; null or empty means SQLite in <see cref="DataDirectory"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// Events that may wait for the journal's writer, default 20,000. Past it the journal fails persists, which stops the
    /// actors that asked: keep it well above the number of shards on a node. Each waiting event is one batch in memory.
    /// </summary>
    public int JournalBufferEvents { get; init; } = 20_000;

    /// <summary>
    /// Events that one transaction of the journal joins, default 100. Fewer means more fsyncs; more means that one failed
    /// write takes more innocent actors with it, since a transaction shares one fate.
    /// </summary>
    public int JournalTransactionEventsMax { get; init; } = 100;

    /// <summary>Rows that recovery loads at once, default 32. A row is a batch of up to some megabytes: 1,000 of them would not fit.</summary>
    public int ReplayRowsMax { get; init; } = 32;

    /// <summary>Reads of the journal's rows that run at once, default 8. More wait in line; on SQLite each one holds a thread.</summary>
    public int ReadersMax { get; init; } = 8;

    /// <summary>
    /// Time the store gets to prove itself at start, default 4.5 s, so that a wrong setting is reported in under 5. Too short, and a
    /// SQLite file that must first recover a long write-ahead log is refused.
    /// </summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(4.5);

    public bool UsesPostgres => !string.IsNullOrWhiteSpace(ConnectionString);
}
