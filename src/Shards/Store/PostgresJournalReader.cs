using Npgsql;
using NpgsqlTypes;

namespace ActorStreams.Shards.Store;

internal sealed class PostgresJournalReader(NpgsqlDataSource source) : IJournalReader
{
    // The running sum ends the result on the server: an early end on the client would still receive all rows of the limit. Length and
    // sum do not load the payloads, which lie outside the row.
    private const string ReadSql = """
        SELECT sequence_number, message FROM (
          SELECT sequence_number, message,
                 sum(octet_length(message)) OVER (ORDER BY sequence_number ROWS UNBOUNDED PRECEDING) - octet_length(message) AS before
          FROM journal
          WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND NOT deleted AND manifest = $4
          ORDER BY sequence_number LIMIT $5) r
        WHERE before = 0 OR before < $6 ORDER BY sequence_number
        """;

    private const string HighestSql = "SELECT max(sequence_number) FROM journal WHERE persistence_id = $1";

    // Hops from id to id along the unique key: DISTINCT would walk every row, and a collation keeps LIKE from using the key.
    private const string IdsSql = """
        WITH RECURSIVE ids AS (
          SELECT min(persistence_id) AS id FROM journal WHERE persistence_id >= $1
          UNION ALL
          SELECT (SELECT min(persistence_id) FROM journal WHERE persistence_id > ids.id) FROM ids WHERE starts_with(ids.id, $1))
        SELECT id FROM ids WHERE starts_with(id, $1)
        """;

    private const string HeaderSql = """
        SELECT sequence_number, substring(message FROM 1 FOR $5) FROM journal
        WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND NOT deleted AND manifest = $4
        ORDER BY sequence_number LIMIT $6
        """;

    public async Task<IReadOnlyList<JournalRow>> ReadAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct)
    {
        await using var command = Range(ReadSql, persistenceId, manifest, fromRow, toRow);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rowsMax });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = bytesMax });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var rows = new List<JournalRow>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            rows.Add(new JournalRow(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return rows;
    }

    public async Task<long> HighestRowAsync(string persistenceId, CancellationToken ct)
    {
        await using var command = source.CreateCommand(HighestSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId });
        return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is long highest ? highest : 0;
    }

    public async Task<JournalRowHeader?> HeaderAtOrAfterAsync(
        string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct)
    {
        var heads = await HeadersAsync(persistenceId, manifest, row, toRow, headerBytes, rowsMax: 1, ct).ConfigureAwait(false);
        return heads.Count == 0 ? null : heads[0];
    }

    public async Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct)
    {
        await using var command = Range(HeaderSql, persistenceId, manifest, fromRow, toRow);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = headerBytes });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rowsMax });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var heads = new List<JournalRowHeader>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            heads.Add(new JournalRowHeader(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return heads;
    }

    public async Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct)
    {
        await using var command = source.CreateCommand(IdsSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = prefix });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var ids = new List<string>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) ids.Add(reader.GetString(0));
        return ids;
    }

    private NpgsqlCommand Range(string sql, string persistenceId, string manifest, long fromRow, long toRow)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = persistenceId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromRow });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = toRow });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = manifest, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }
}
