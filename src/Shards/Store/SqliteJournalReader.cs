using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

internal sealed class SqliteJournalReader(SqliteSessions sessions) : IJournalReader
{
    private const string ReadSql = """
        SELECT sequence_number, message FROM journal
        WHERE persistence_id = @id AND sequence_number BETWEEN @from AND @to AND deleted = 0 AND manifest = @manifest
        ORDER BY sequence_number LIMIT @max
        """;

    private const string HighestSql = "SELECT max(sequence_number) FROM journal WHERE persistence_id = @id";

    private const string IdsSql = """
        SELECT DISTINCT persistence_id FROM journal WHERE persistence_id >= @from AND persistence_id < @to ORDER BY persistence_id
        """;

    private const string HeaderSql = """
        SELECT sequence_number, ordering FROM journal
        WHERE persistence_id = @id AND sequence_number BETWEEN @from AND @to AND deleted = 0 AND manifest = @manifest
        ORDER BY sequence_number LIMIT @max
        """;

    public Task<IReadOnlyList<JournalRow>> ReadAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct) =>
        sessions.UseAsync<IReadOnlyList<JournalRow>>(
            session =>
            {
                var command = Range(session, ReadSql, persistenceId, manifest, fromRow, toRow);
                command.Parameters["@max"].Value = rowsMax;
                using var reader = command.ExecuteReader();
                var rows = new List<JournalRow>();
                var bytes = 0L;
                while ((rows.Count == 0 || bytes < bytesMax) && reader.Read())
                {
                    ct.ThrowIfCancellationRequested();
                    var payload = reader.GetFieldValue<byte[]>(1);
                    rows.Add(new JournalRow(reader.GetInt64(0), payload));
                    bytes += payload.Length;
                }

                return rows;
            },
            ct);

    public Task<long> HighestRowAsync(string persistenceId, CancellationToken ct) => sessions.UseAsync(
        session =>
        {
            var command = session.Prepared(HighestSql, p => p.Add("@id", SqliteType.Text));
            command.Parameters["@id"].Value = persistenceId;
            return command.ExecuteScalar() is long highest ? highest : 0L;
        },
        ct);

    public async Task<JournalRowHeader?> HeaderAtOrAfterAsync(
        string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct)
    {
        var heads = await HeadersAsync(persistenceId, manifest, row, toRow, headerBytes, rowsMax: 1, ct).ConfigureAwait(false);
        return heads.Count == 0 ? null : heads[0];
    }

    public Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct) =>
        sessions.UseAsync<IReadOnlyList<JournalRowHeader>>(
            session =>
            {
                // One snapshot for both steps: a row must not be deleted between finding and reading it.
                using var transaction = session.Connection.BeginTransaction(deferred: true);
                var command = Range(session, HeaderSql, persistenceId, manifest, fromRow, toRow);
                command.Parameters["@max"].Value = rowsMax;
                command.Transaction = transaction;
                try
                {
                    return ReadHeaders(command, headerBytes);
                }
                finally
                {
                    command.Transaction = null;
                }
            },
            ct);

    public Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct) => sessions.UseAsync<IReadOnlyList<string>>(
        session =>
        {
            var command = session.Prepared(IdsSql, p =>
            {
                p.Add("@from", SqliteType.Text);
                p.Add("@to", SqliteType.Text);
            });
            command.Parameters["@from"].Value = prefix;
            command.Parameters["@to"].Value = prefix + char.MaxValue;
            using var reader = command.ExecuteReader();
            var ids = new List<string>();
            while (reader.Read()) ids.Add(reader.GetString(0));
            return ids;
        },
        ct);

    // substr() would load the whole payload first; a blob handle touches only the pages of the header.
    private static List<JournalRowHeader> ReadHeaders(SqliteCommand command, int headerBytes)
    {
        var found = new List<(long Row, long Ordering)>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read()) found.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        var heads = new List<JournalRowHeader>(found.Count);
        foreach (var (row, ordering) in found)
        {
            using var blob = new SqliteBlob(command.Connection!, "journal", "message", ordering, readOnly: true);
            var head = new byte[Math.Min(headerBytes, blob.Length)];
            blob.ReadExactly(head);
            heads.Add(new JournalRowHeader(row, head));
        }

        return heads;
    }

    private static SqliteCommand Range(SqliteSession session, string sql, string persistenceId, string manifest, long fromRow, long toRow)
    {
        var command = session.Prepared(sql, p =>
        {
            p.Add("@id", SqliteType.Text);
            p.Add("@manifest", SqliteType.Text);
            p.Add("@from", SqliteType.Integer);
            p.Add("@to", SqliteType.Integer);
            p.Add("@max", SqliteType.Integer);
        });
        command.Parameters["@id"].Value = persistenceId;
        command.Parameters["@manifest"].Value = manifest;
        command.Parameters["@from"].Value = fromRow;
        command.Parameters["@to"].Value = toRow;
        return command;
    }
}
