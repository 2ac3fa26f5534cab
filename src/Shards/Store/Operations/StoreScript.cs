namespace ActorStreams.Shards.Store.Operations;

/// <summary>What a database administrator runs where the nodes' user may not create tables.</summary>
public static class StoreScript
{
    /// <summary>SQL that makes the tables of the current format, in an empty database or over an older format; it may be run again.</summary>
    /// <param name="user">Who gets the rights that a node needs; null for nobody.</param>
    public static string Postgres(string? user)
    {
        var grants = user is null
            ? ""
            : $"GRANT SELECT, INSERT, UPDATE, DELETE ON {string.Join(", ", PostgresSchema.Tables)} TO {Quoted(user)};\n"
              + $"GRANT SELECT ON actorstreams_format TO {Quoted(user)};\n";
        return $"BEGIN;\n{PostgresSchema.Lock};\n{PostgresSchema.Ddl}\n{grants}COMMIT;\n";
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
