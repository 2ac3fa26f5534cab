using Npgsql;

namespace ActorStreams.Shards.Store;

/// <summary>Creates the tables, one node at a time, and proves the database.</summary>
internal sealed class PostgresProbe(NpgsqlDataSource source, string where)
{
    private const int ServerVersionMin = 12;
    private const int NoStore = 0;

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
            if (connection.PostgreSqlVersion.Major < ServerVersionMin)
                throw new StoreUnavailableException(
                    $"PostgreSQL at {where} is version {connection.PostgreSqlVersion}; {ServerVersionMin} or newer is needed.");
            if (await ScalarAsync(connection, "SHOW transaction_read_only", ct).ConfigureAwait(false) is "on")
                throw new StoreUnavailableException(
                    $"PostgreSQL at {where} allows no writes (a standby, or default_transaction_read_only). Give the primary server.");
            await CreateAsync(connection, ct).ConfigureAwait(false);
            await ProveAsync(connection, ct).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            throw new StoreUnavailableException($"PostgreSQL at {where} refused: {e.MessageText} ({e.SqlState}). {Advice(e.SqlState)}", e);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new StoreUnavailableException(
                $"PostgreSQL at {where} cannot be reached: {(e.InnerException ?? e).Message.TrimEnd('.')}. It must answer when the node starts: check host, port and network.", e);
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // Looked up first: a user who may not create tables can still run on those that an administrator made.
        if (await FormatAsync(connection, ct).ConfigureAwait(false) == StoreFormat.Current)
            return;
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        // Others that start at once wait for as long as the probe may take, not only for as long as a lock may on other days.
        await ScalarAsync(connection, "SET LOCAL lock_timeout = 0", ct).ConfigureAwait(false);
        await ScalarAsync(connection, PostgresSchema.Lock, ct).ConfigureAwait(false);
        // Again: another node may have done it while this one waited.
        var format = await FormatAsync(connection, ct).ConfigureAwait(false);
        if (format == StoreFormat.Current)
            return;
        try
        {
            await using var ddl = new NpgsqlCommand(format == NoStore ? PostgresSchema.Ddl : PostgresSchema.Upgrade, connection, transaction);
            await ddl.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege && format != NoStore)
        {
            throw new StoreUnavailableException(
                $"PostgreSQL at {where} has a store of format {format}, this version needs format {StoreFormat.Current}, and this user may not create "
                + $"the tables that are missing ({e.MessageText}). {PostgresSchema.HowToCreate}", e);
        }

        await transaction.CommitAsync(ct).ConfigureAwait(false);
    }

    private async Task<int> FormatAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        bool hasJournal, tellsFormat;
        await using (var command = new NpgsqlCommand(PostgresSchema.Found, connection))
        await using (var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            await reader.ReadAsync(ct).ConfigureAwait(false);
            (hasJournal, tellsFormat) = (reader.GetBoolean(0), reader.GetBoolean(1));
        }

        if (!hasJournal)
            return NoStore;
        var format = tellsFormat ? await ScalarAsync(connection, PostgresSchema.Format, ct).ConfigureAwait(false) as int? ?? 1 : 1;
        return format <= StoreFormat.Current ? format : throw StoreFormat.Newer(where, format);
    }

    private async Task ProveAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var unusable = await ColumnAsync(connection, PostgresSchema.MissingPrivileges, ct).ConfigureAwait(false);
        if (unusable.Count > 0)
            throw new StoreUnavailableException(
                $"PostgreSQL at {where}: the table '{unusable[0]}' is missing or this user may not select, insert, update and delete in it.");
        if (!UniqueKey.IsAmong(await ColumnAsync(connection, PostgresSchema.UniqueKeys, ct).ConfigureAwait(false)))
            throw UniqueKey.Missing(where);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var values = new List<string>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            values.Add(reader.GetString(0));
        return values;
    }

    private static string Advice(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "Check user and password of the connection string.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database first; the node creates the tables in it.",
        PostgresErrorCodes.InsufficientPrivilege => "The user must be allowed to create tables, or find them made. " + PostgresSchema.HowToCreate,
        PostgresErrorCodes.CannotConnectNow => "The server is starting or stopping: try again.",
        _ => "The node does not start without its store.",
    };
}
