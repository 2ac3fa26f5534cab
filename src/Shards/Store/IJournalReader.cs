namespace ActorStreams.Shards.Store;

/// <summary>
/// Reads events straight from the journal's rows, by position. A row number is Akka.Persistence's journal sequence number. Deleted
/// rows are never served. Faults of the store surface as the driver's exceptions (<c>DbException</c>, <c>TimeoutException</c>).
/// </summary>
public interface IJournalReader
{
    /// <summary>
    /// Rows with this manifest in [<paramref name="fromRow"/>, <paramref name="toRow"/>], ascending. Ends after <paramref name="rowsMax"/>
    /// rows, or with the row whose payload makes the sum reach <paramref name="bytesMax"/>; so at least one row when there is one.
    /// </summary>
    Task<IReadOnlyList<JournalRow>> ReadAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct);

    /// <summary>
    /// The highest row ever written, 0 when none. Counts every event; the highest row outlives its deletion as a tombstone, so this
    /// never falls, and equals what a recovering actor sees as <c>LastSequenceNr</c>.
    /// </summary>
    Task<long> HighestRowAsync(string persistenceId, CancellationToken ct);

    /// <summary>
    /// The first row with this manifest in [<paramref name="row"/>, <paramref name="toRow"/>] and the first
    /// <paramref name="headerBytes"/> bytes of its payload (fewer when it is shorter); null when there is none. Made for binary
    /// search: the rest of the payload is not read.
    /// </summary>
    Task<JournalRowHeader?> HeaderAtOrAfterAsync(
        string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct);

    /// <summary>
    /// The first <paramref name="headerBytes"/> bytes of each row with this manifest in [<paramref name="fromRow"/>, <paramref name="toRow"/>],
    /// ascending, at most <paramref name="rowsMax"/> of them.
    /// </summary>
    Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct);

    /// <summary>The persistence ids that begin so, whatever became of their rows. Walks their rows: for ids with few of them.</summary>
    Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct);
}

/// <summary>One event as the journal keeps it. Equality compares the payload by reference: do not compare rows.</summary>
public readonly record struct JournalRow(long Row, ReadOnlyMemory<byte> Payload);

/// <summary>The beginning of one event.</summary>
public readonly record struct JournalRowHeader(long Row, ReadOnlyMemory<byte> Head);
