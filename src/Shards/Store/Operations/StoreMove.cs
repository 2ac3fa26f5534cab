using Npgsql;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>What was moved.</summary>
/// <param name="Bytes">Of payloads, names and snapshots, without what the database adds.</param>
public sealed record MovedStore(long Rows, int PersistenceIds, long Snapshots, long Bytes, string To);

/// <summary>
/// Moves the store of a data folder to PostgreSQL, row by row as it is: sequence numbers, iterators, positions of producers and checkpoints of
/// pipelines stay what they are. All of it in one transaction that is committed once the rows were read back and found the same.
/// </summary>
/// <remarks>The folder is left as it is. A node that is started on it again lives on in a world of its own.</remarks>
public static class StoreMove
{
    /// <exception cref="StoreOperationException">There is no store, or the database holds something, or the copy differs.</exception>
    /// <exception cref="StoreUnavailableException">A node works with the folder; either store is none that this version can work with.</exception>
    public static async Task<MovedStore> RunAsync(string dataDirectory, string connectionString, OperationProgress progress, CancellationToken ct)
    {
        var where = PostgresConnections.Describe(connectionString);
        var file = StoreFiles.ExistingStore(dataDirectory);
        using var held = DataDirectoryLock.Acquire(dataDirectory);
        using var from = new SqliteFile(file, ct);
        try
        {
            await using var source = NpgsqlDataSource.Create(Patient(connectionString));
            await new PostgresProbe(source, where).RunAsync(ct).ConfigureAwait(false);
            await using var to = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using var transaction = await to.BeginTransactionAsync(ct).ConfigureAwait(false);
            await TakeEmptyAsync(to, where, ct).ConfigureAwait(false);
            var moved = await Task.Run(() => from.Run(() => Copy(from, to, progress, ct)), ct).ConfigureAwait(false);
            progress.Begin("comparing", MovedTable.All.Length);
            for (var i = 0; i < MovedTable.All.Length; i++)
            {
                await MovedTable.All[i].VerifyAsync(moved[i], to, ct).ConfigureAwait(false);
                progress.Reached(i + 1);
            }

            ct.ThrowIfCancellationRequested();
            // From here on it is either there or not, and an answer says which.
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return new MovedStore(moved[0].Rows, moved[0].Names, moved[1].Rows, moved.Sum(m => m.Bytes), where);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (PostgresException e)
        {
            throw new StoreOperationException($"PostgreSQL at {where} refused: {e.MessageText} ({e.SqlState}). Nothing was moved.", e);
        }
        catch (NpgsqlException e)
        {
            throw new StoreOperationException(
                $"The connection to PostgreSQL at {where} was lost: {e.Message} Try again: if the rows are there after all, that is refused because the database is not empty.", e);
        }
    }

    /// <summary>Keeps every node out until the transaction ends, and what a node did before shows.</summary>
    private static async Task TakeEmptyAsync(NpgsqlConnection to, string where, CancellationToken ct)
    {
        await ExecuteAsync(to, $"LOCK TABLE {string.Join(", ", PostgresSchema.Tables)} IN ACCESS EXCLUSIVE MODE", ct).ConfigureAwait(false);
        foreach (var table in PostgresSchema.Tables)
        {
            await using var any = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {table})", to);
            if (await any.ExecuteScalarAsync(ct).ConfigureAwait(false) is true)
                throw new StoreOperationException($"The database of PostgreSQL at {where} holds something already, in the table '{table}'. A move needs an empty one.");
        }
    }

    private static MovedRows[] Copy(SqliteFile from, NpgsqlConnection to, OperationProgress progress, CancellationToken ct)
    {
        // One state of the file for all tables, though nobody who heeds the folder's lock writes.
        using var snapshot = from.Connection.BeginTransaction(deferred: true);
        progress.Begin("copying", MovedTable.All.Sum(t => from.Connection.Scalar<long>($"SELECT count(*) FROM {t.Name}")));
        var rows = 0L;
        var moved = MovedTable.All.Select(table => table.Copy(from.Connection, to, () => progress.Reached(++rows), ct)).ToArray();
        // Not the highest row's number: rows that were deleted had higher ones.
        var last = from.Connection.Scalar<long>("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'");
        if (last > 0)
        {
            using var sequence = new NpgsqlCommand("SELECT setval(pg_get_serial_sequence('journal', 'ordering'), $1)", to);
            sequence.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
            sequence.ExecuteNonQuery();
        }

        return moved;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    // A node gives up a server that is silent for some seconds; comparing gigabytes takes longer, and this end pauses between statements.
    private static string Patient(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(PostgresConnections.Complete(connectionString)) { CommandTimeout = 0, Pooling = false };
        builder.Options += " -c idle_in_transaction_session_timeout=0 -c statement_timeout=0";
        return builder.ConnectionString;
    }
}
