using Npgsql;

namespace ActorStreams.MultiNode.Tests.Processes.Nodes;

/// <summary>Stops a node's process while the database holds a transaction of it open, with rows that nobody else can write until it ends.</summary>
internal static class TransactionTrap
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Its insert waits for the lock that is held here, so it is in the middle of its transaction.
    private const string WaitsSql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock' AND query ILIKE '%insert%journal%'";
    private const string OpenSql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'";

    /// <param name="application">Under which the node connects.</param>
    /// <returns>Whether the database holds a transaction of the stopped process open; false where the writes that it waited for commit by themselves.</returns>
    /// <exception cref="TimeoutException">The node wrote nothing; it was not stopped.</exception>
    public static async Task<bool> StopInsideAsync(string connectionString, string application, SupervisedNode node)
    {
        await using var holder = new NpgsqlConnection(connectionString + ";Pooling=false");
        await holder.OpenAsync();
        await using var watcher = new NpgsqlConnection(connectionString + ";Pooling=false");
        await watcher.OpenAsync();
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            await using var take = new NpgsqlCommand("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE", holder, transaction);
            await take.ExecuteNonQueryAsync();
            var start = TimeProvider.System.GetTimestamp();
            while (await CountAsync(watcher, WaitsSql, application) == 0)
            {
                if (TimeProvider.System.GetElapsedTime(start) > s_patience) throw new TimeoutException($"{node.Name} wrote nothing within {s_patience.TotalSeconds} s.");
                await Task.Delay(5);
            }

            node.Pause();
            await transaction.CommitAsync();
        }

        // The server works through what it has been sent; then it waits for a process that stands still.
        for (var tries = 0; tries < 20; tries++)
        {
            if (await CountAsync(watcher, OpenSql, application) > 0) return true;
            await Task.Delay(25);
        }

        return false;
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, string application)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = application });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
