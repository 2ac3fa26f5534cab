using Microsoft.Data.Sqlite;

namespace ActorStreams.Benchmarks.Yardsticks;

/// <summary>
/// Raw SQLite: WAL, synchronous=FULL, default page size, one prepared insert per row, unique key (shard, number) as the journal has.
/// A row is the payload bytes of all records of one shard in one commit; no keys, headers or checksums are stored.
/// </summary>
public sealed class SqliteYardstick : IYardstick
{
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _tip;
    private readonly Dictionary<int, long> _numbers = [];

    public SqliteYardstick(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "yardstick.db");
        _writer = Open(path);
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            + "CREATE TABLE batches (shard INTEGER NOT NULL, number INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (shard, number));");
        _insert = Command(_writer, "INSERT INTO batches (shard, number, payload) VALUES ($shard, $number, $payload)", "$shard", "$number", "$payload");
        _reader = Open(path);
        _tip = Command(_reader, "SELECT payload FROM batches WHERE shard = $shard ORDER BY number DESC LIMIT 1", "$shard");
    }

    public string Name => "SQLite";

    public void Commit(IReadOnlyList<ReadOnlyMemory<byte>> rowOfShard)
    {
        using var transaction = _writer.BeginTransaction();
        _insert.Transaction = transaction;
        for (var shard = 0; shard < rowOfShard.Count; shard++)
        {
            if (rowOfShard[shard].IsEmpty)
                continue;
            var number = _numbers[shard] = _numbers.GetValueOrDefault(shard) + 1;
            _insert.Parameters[0].Value = shard;
            _insert.Parameters[1].Value = number;
            _insert.Parameters[2].Value = rowOfShard[shard].ToArray();
            _insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    public long ReadShard(int shard)
    {
        using var select = Command(_reader, "SELECT payload FROM batches WHERE shard = $shard ORDER BY number", "$shard");
        select.Parameters[0].Value = shard;
        using var rows = select.ExecuteReader();
        var total = 0L;
        while (rows.Read())
            total += rows.GetFieldValue<byte[]>(0).Length;
        return total;
    }

    public int ReadTip(int shard)
    {
        _tip.Parameters[0].Value = shard;
        return ((byte[])_tip.ExecuteScalar()!).Length;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _tip.Dispose();
        _reader.Dispose();
        _writer.Dispose();
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }
}
