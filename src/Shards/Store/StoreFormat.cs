namespace ActorStreams.Shards.Store;

/// <summary>
/// The number of the store's format: what tables there are, and which events may stand in them. It rises when an older version could not
/// work with what a newer one may have written. SQLite keeps it in <c>PRAGMA user_version</c>, PostgreSQL in <c>actorstreams_format</c>.
/// </summary>
/// <remarks>
/// 1: journal, tags, snapshots, secrets; PostgreSQL does not tell it. 2: the tables of clusters, and events of that version.
/// </remarks>
internal static class StoreFormat
{
    public const int Current = 2;

    public static StoreUnavailableException Newer(string where, long format) => new(
        $"The store {where} has format {format}; this version knows formats up to {Current}. Start a newer version of ActorStreams on it.");
}
