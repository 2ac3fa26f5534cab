using Npgsql;

namespace ActorStreams.Clustering.Leases;

/// <summary>
/// The leases in the store, as <see cref="LeaseRow"/> decides them. Each request is one statement that commits by itself: a process that is stopped
/// in the middle holds no lock that others would wait for. Faults surface as <c>DbException</c> or <c>TimeoutException</c>.
/// </summary>
internal sealed class LeaseTable(NpgsqlDataSource source)
{
    // clock_timestamp(), not now(): of two that ask at once, the second waits for the first's lock and must then see the time after that.
    private const string AcquireSql = """
        INSERT INTO actorstreams_lease AS lease (name, owner, epoch, expires_at) VALUES ($1, $2, 1, clock_timestamp() + $3)
        ON CONFLICT (name) DO UPDATE SET owner = $2, epoch = lease.epoch + 1, expires_at = clock_timestamp() + $3
        WHERE lease.owner IS NULL OR lease.owner = $2 OR lease.expires_at <= clock_timestamp()
        RETURNING epoch
        """;

    private const string RenewSql = "UPDATE actorstreams_lease SET expires_at = clock_timestamp() + $4 WHERE name = $1 AND owner = $2 AND epoch = $3";

    // The row stays, and with it the epoch.
    private const string ReleaseSql = "UPDATE actorstreams_lease SET owner = NULL WHERE name = $1 AND owner = $2 AND epoch = $3";

    /// <summary>The epoch of the grant; null where another owner has the lease.</summary>
    public async Task<long?> AcquireAsync(string name, string owner, TimeSpan timeToLive, CancellationToken cancel)
    {
        await using var command = Command(AcquireSql, name, owner, timeToLive);
        return (long?)await command.ExecuteScalarAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>False where the grant is over.</summary>
    public Task<bool> RenewAsync(string name, string owner, long epoch, TimeSpan timeToLive, CancellationToken cancel) =>
        ChangesAsync(Command(RenewSql, name, owner, epoch, timeToLive), cancel);

    /// <summary>False where the grant was over already.</summary>
    public Task<bool> ReleaseAsync(string name, string owner, long epoch, CancellationToken cancel) =>
        ChangesAsync(Command(ReleaseSql, name, owner, epoch), cancel);

    private static async Task<bool> ChangesAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        await using (command.ConfigureAwait(false)) return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) == 1;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
