using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorStreams.Shards.Store;

/// <summary>
/// A SQLite connection whose asynchronous open yields. The driver's own async is synchronous, so the journal's queue would never see two
/// events at once and every actor would pay an fsync of its own; yielding lets the events that wait join one transaction.
/// </summary>
internal sealed class YieldingSqliteConnection(string connectionString) : SqliteConnection(connectionString)
{
    // Per-connection pragmas stay with the pooled native handle, which outlives this object: they are set once per handle.
    private static readonly ConditionalWeakTable<sqlite3, object> Prepared = [];

    public override void Open()
    {
        base.Open();
        if (Handle is not { } handle || Prepared.TryGetValue(handle, out _))
            return;
        using var command = CreateCommand();
        command.CommandText = SqliteConnections.ConnectionPragmas;
        command.ExecuteNonQuery();
        Prepared.AddOrUpdate(handle, handle);
    }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Open();
    }
}
