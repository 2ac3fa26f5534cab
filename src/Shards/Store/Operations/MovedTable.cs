using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>A table that a store is moved by, and a checksum of its rows that both databases can make.</summary>
/// <param name="Group">SQL of the persistence id (or what else names the rows) that a checksum is made for.</param>
/// <param name="Part">SQL of a number that divides groups whose checksums would get too long for the server: it joins 32 bytes a row, up to 1 GB.</param>
/// <param name="Order">In which rows are read and joined; the same in both databases.</param>
internal sealed record MovedTable(string Name, string Group, string Part, string Order, MovedColumn[] Columns)
{
    public static readonly MovedTable Journal = new("journal", "persistence_id", "sequence_number / 1000000", "ordering",
    [
        new("ordering", NpgsqlDbType.Bigint), new("created", NpgsqlDbType.Bigint), new("deleted", NpgsqlDbType.Boolean),
        new("persistence_id", NpgsqlDbType.Text), new("sequence_number", NpgsqlDbType.Bigint), new("manifest", NpgsqlDbType.Text),
        new("identifier", NpgsqlDbType.Integer), new("writer_uuid", NpgsqlDbType.Text), new("message", NpgsqlDbType.Bytea),
    ]);

    public static readonly MovedTable Snapshots = new("snapshot", "persistence_id", "0", "sequence_number",
    [
        new("persistence_id", NpgsqlDbType.Text), new("sequence_number", NpgsqlDbType.Bigint), new("created", NpgsqlDbType.Bigint),
        new("manifest", NpgsqlDbType.Text), new("serializer_id", NpgsqlDbType.Integer), new("snapshot", NpgsqlDbType.Bytea),
    ]);

    public static readonly MovedTable Tags = new("tags", "persistence_id", "0", "ordering_id, tag {0}",
    [
        new("ordering_id", NpgsqlDbType.Bigint), new("tag", NpgsqlDbType.Text), new("sequence_nr", NpgsqlDbType.Bigint),
        new("persistence_id", NpgsqlDbType.Text),
    ]);

    public static readonly MovedTable Secrets = new("actorstreams_secret", "name", "0", "name {0}",
        [new("name", NpgsqlDbType.Text), new("value", NpgsqlDbType.Bytea)]);

    public static readonly MovedTable[] All = [Journal, Snapshots, Tags, Secrets];

    private string ColumnNames => string.Join(", ", Columns.Select(c => c.Name));

    // Text is ordered by its bytes: the server's collation may be any.
    private string SelectSql => $"SELECT {Group}, {Part}, {ColumnNames} FROM {Name} ORDER BY {string.Format(null, Order, "COLLATE BINARY")}";

    private string CopySql => $"COPY {Name} ({ColumnNames}) FROM STDIN (FORMAT BINARY)";

    private string ChecksumSql => $"""
        SELECT {Group}, ({Part})::bigint, count(*), sha256(string_agg(digest, ''::bytea ORDER BY {string.Format(null, Order, "COLLATE \"C\"")}))
        FROM (SELECT *, sha256({string.Join(" || ", Columns.Select(c => c.DigestedSql))}) AS digest FROM {Name}) r
        GROUP BY 1, 2
        """;

    /// <summary>Sends all rows of the one to the other; answers their checksums.</summary>
    public MovedRows Copy(SqliteConnection from, NpgsqlConnection to, Action onRow, CancellationToken ct)
    {
        var moved = new MovedRows();
        using var select = from.CreateCommand();
        select.CommandText = SelectSql;
        using var reader = select.ExecuteReader();
        using var importer = to.BeginBinaryImport(CopySql);
        importer.Timeout = Timeout.InfiniteTimeSpan;
        using var digest = new RowDigest();
        while (reader.Read())
        {
            ct.ThrowIfCancellationRequested();
            importer.StartRow();
            for (var i = 0; i < Columns.Length; i++)
                Columns[i].Copy(reader, i + 2, importer, digest);
            moved.Add((reader.GetString(0), reader.GetInt64(1)), digest.Complete(), digest.Bytes);
            onRow();
        }

        importer.Complete();
        return moved;
    }

    /// <summary>Reads the rows back where they are now and compares.</summary>
    /// <exception cref="StoreOperationException">A row is missing, is too many or differs.</exception>
    public async Task VerifyAsync(MovedRows moved, NpgsqlConnection there, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ChecksumSql, there);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var found = 0;
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var key = (reader.GetString(0), reader.GetInt64(1));
            if (!moved.Is(key, reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)))
                throw Differs(key.Item1);
            found++;
        }

        if (found != moved.Groups) throw Differs(null);
    }

    private StoreOperationException Differs(string? group) => new(
        $"What PostgreSQL gives back of the table '{Name}'{(group is null ? "" : $" for '{group}'")} is not what was sent. Nothing was moved.");
}
