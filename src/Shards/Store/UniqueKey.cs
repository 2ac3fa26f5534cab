namespace ActorStreams.Shards.Store;

/// <summary>The key that lets one incarnation of a shard write: without it two owners would both be acknowledged.</summary>
internal static class UniqueKey
{
    /// <param name="keys">Of each unique index that covers all rows, its columns joined by commas.</param>
    public static bool IsAmong(IEnumerable<string> keys) => keys.Any(
        k => k.Split(',').Order(StringComparer.Ordinal).SequenceEqual(["persistence_id", "sequence_number"]));

    public static StoreUnavailableException Missing(string where) => new(
        $"The table 'journal' in {where} has no unique key on (persistence_id, sequence_number). Without it two nodes could write one shard, so the "
        + "node does not start. Look for duplicates, then: CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);");
}
