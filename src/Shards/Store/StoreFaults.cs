using Akka.Pattern;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorStreams.Shards.Store;

/// <summary>Tells what a failed write of the journal means.</summary>
public static class StoreFaults
{
    private const int SqliteConstraint = 19;
    private const int SqliteConstraintPrimaryKey = 1555;
    private const int SqliteConstraintUnique = 2067;

    /// <summary>
    /// Whether a row of this write's transaction was there already: another incarnation wrote the same persistence id and number first.
    /// The journal puts writes of many actors in one transaction and fails them all with this exception, so an actor that sees it may be
    /// the loser or a bystander: either way it must recover from the store, which alone knows. The loser is the one whose row is there:
    /// <see cref="IJournalReader.HighestRowAsync"/> has reached the number that it tried to write.
    /// </summary>
    public static bool IsLostWrite(Exception? e) => e switch
    {
        null => false,
        // Carries the fault that opened the breaker, which was another write's: this one was never sent.
        OpenCircuitException => false,
        AggregateException many => many.InnerExceptions.Any(IsLostWrite),
        // The bare code 19 comes without detail when extended codes are off; the journal has no other constraint that a row can break.
        SqliteException { SqliteErrorCode: SqliteConstraint } sqlite =>
            sqlite.SqliteExtendedErrorCode is SqliteConstraint or SqliteConstraintPrimaryKey or SqliteConstraintUnique,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        _ => IsLostWrite(e.InnerException),
    };
}
