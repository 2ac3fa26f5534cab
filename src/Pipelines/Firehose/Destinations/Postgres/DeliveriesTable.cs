using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>
/// Which batches are in the database, beside the rows that they became: <c>actorstreams_deliveries</c> in the table's schema. A row of it may be
/// deleted once its batch can neither be done again nor be sent again by a person.
/// </summary>
internal sealed class DeliveriesTable(CopyOptions options)
{
    public const string TableName = "actorstreams_deliveries";

    private bool _isThere;

    private string Name => $"{CopyTable.Quote(options.Schema)}.{TableName}";

    public string CreateSql => $"""
        CREATE TABLE IF NOT EXISTS {Name} (
            batch text PRIMARY KEY,
            delivery text NOT NULL,
            shard text NOT NULL,
            position_row bigint NOT NULL,
            position_index integer NOT NULL,
            rows bigint NOT NULL,
            failed jsonb NOT NULL,
            at timestamptz NOT NULL DEFAULT now())
        """;

    /// <summary>Asked for before it is created, since creating takes a right that whoever prepared the database need not give.</summary>
    public async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        if (_isThere) return;
        await using (var look = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection))
        {
            look.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
            _isThere = (bool)(await look.ExecuteScalarAsync(cancel))!;
        }
        if (_isThere) return;
        await using var create = new NpgsqlCommand(CreateSql, connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            // Another one created it at the same moment, which IF NOT EXISTS does not see.
        }
        _isThere = true;
    }

    /// <summary>Looks again at the next try.</summary>
    public void Forget() => _isThere = false;

    /// <summary>
    /// Notes the batch, or answers what came of it before. While another transaction has noted it and is not through, this waits for that one.
    /// </summary>
    public async Task<CopyResult.DeliveredBefore?> BeginAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CopyBatch batch, CancellationToken cancel)
    {
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO {Name} (batch, delivery, shard, position_row, position_index, rows, failed) VALUES ($1, $2, $3, $4, $5, 0, '[]') ON CONFLICT (batch) DO NOTHING",
            connection, transaction);
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Batch });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Delivery });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Shard });
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.Position.Row });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = batch.Position.Index });
        if (await insert.ExecuteNonQueryAsync(cancel) == 1) return null;
        await using var select = new NpgsqlCommand($"SELECT rows, failed FROM {Name} WHERE batch = $1", connection, transaction);
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Batch });
        await using var found = await select.ExecuteReaderAsync(cancel);
        if (!await found.ReadAsync(cancel)) throw new CopyTableException($"The batch '{batch.Batch}' came and went in {Name}.");
        return new CopyResult.DeliveredBefore(found.GetInt64(0), JsonSerializer.Deserialize<ImmutableArray<CopyFailure>>(found.GetString(1)));
    }

    public async Task FinishAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CopyBatch batch, long rows, IReadOnlyList<CopyFailure> failed, CancellationToken cancel)
    {
        await using var update = new NpgsqlCommand($"UPDATE {Name} SET rows = $2, failed = $3 WHERE batch = $1", connection, transaction);
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Batch });
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rows });
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Json(failed), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await update.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>The server's binary JSON has no zero character, which a refused value may show.</summary>
    private static string Json(IReadOnlyList<CopyFailure> failed) =>
        JsonSerializer.Serialize(failed.Select(f => f with { Reason = f.Reason.Replace('\0', '\uFFFD') }));
}
