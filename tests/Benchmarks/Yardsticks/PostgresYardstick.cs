using Npgsql;
using NpgsqlTypes;

namespace ActorStreams.Benchmarks.Yardsticks;

/// <summary>
/// Raw PostgreSQL with the server's own durability settings: one connection, one multi-row INSERT with binary parameters per commit, unique
/// key (shard, number) as the journal has. Rows are as in <see cref="SqliteYardstick"/>.
/// </summary>
public sealed class PostgresYardstick : IYardstick
{
    private const string Table = "actorstreams_benchmark_yardstick";
    private readonly NpgsqlConnection _writer;
    private readonly NpgsqlConnection _reader;
    private readonly Dictionary<int, long> _numbers = [];

    public PostgresYardstick(string connectionString)
    {
        _writer = new NpgsqlConnection(connectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2;Pooling=false");
        _writer.Open();
        Execute($"DROP TABLE IF EXISTS {Table}; CREATE TABLE {Table}"
            + " (shard int NOT NULL, number bigint NOT NULL, payload bytea NOT NULL, UNIQUE (shard, number));"
            + $" ALTER TABLE {Table} ALTER payload SET STORAGE EXTERNAL");
        _reader = new NpgsqlConnection(_writer.ConnectionString);
        _reader.Open();
    }

    public string Name => "PostgreSQL";

    public void Commit(IReadOnlyList<ReadOnlyMemory<byte>> rowOfShard)
    {
        using var insert = _writer.CreateCommand();
        var rows = new List<string>();
        for (var shard = 0; shard < rowOfShard.Count; shard++)
        {
            if (rowOfShard[shard].IsEmpty)
                continue;
            var number = _numbers[shard] = _numbers.GetValueOrDefault(shard) + 1;
            var first = insert.Parameters.Count + 1;
            rows.Add($"(${first}, ${first + 1}, ${first + 2})");
            insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = shard });
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
            insert.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = rowOfShard[shard], NpgsqlDbType = NpgsqlDbType.Bytea });
        }
        insert.CommandText = $"INSERT INTO {Table} (shard, number, payload) VALUES {string.Join(", ", rows)}";
        insert.ExecuteNonQuery();
    }

    public long ReadShard(int shard)
    {
        using var rows = Select($"SELECT payload FROM {Table} WHERE shard = $1 ORDER BY number", shard);
        var total = 0L;
        while (rows.Read())
            total += rows.GetFieldValue<byte[]>(0).Length;
        return total;
    }

    public int ReadTip(int shard)
    {
        using var rows = Select($"SELECT payload FROM {Table} WHERE shard = $1 ORDER BY number DESC LIMIT 1", shard);
        return rows.Read() ? rows.GetFieldValue<byte[]>(0).Length : 0;
    }

    public void Dispose()
    {
        _reader.Dispose();
        Execute($"DROP TABLE {Table}");
        _writer.Dispose();
    }

    private NpgsqlDataReader Select(string sql, int shard)
    {
        using var select = _reader.CreateCommand();
        select.CommandText = sql;
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = shard });
        return select.ExecuteReader();
    }

    private void Execute(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
