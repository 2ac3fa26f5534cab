namespace ActorStreams.Shards.Log;

/// <summary>
/// Rows that should lie between a snapshot and the events after it are not there. So it looks to an incarnation that stood still
/// between reading the one and the others, while its successor gave rows up; it has to recover anew.
/// </summary>
public sealed class MissingRowsException(long lastRow, long row)
    : Exception($"Row {row} follows row {lastRow}: the rows between them are missing.");
