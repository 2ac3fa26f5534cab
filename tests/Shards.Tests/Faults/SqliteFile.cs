using ActorStreams.Shards.Store;
using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>The store's SQLite file behind the product's back: what a failing disk, another process or a curious operator does to it.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly SqliteConnection _connection;

    public SqliteFile(StoreOptions options)
    {
        _connection = new SqliteConnection(
            $"Data Source={Path.Combine(options.DataDirectory, "actorstreams.db")};Pooling=False;Default Timeout=5");
        _connection.Open();
    }

    public int Execute(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Whether another connection is inside a writing transaction, and stays there for a second.</summary>
    public bool IsLocked()
    {
        using var begin = Command("BEGIN IMMEDIATE", []);
        begin.CommandTimeout = 1;
        try
        {
            begin.ExecuteNonQuery();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 5)
        {
            return true;
        }
        Execute("ROLLBACK");
        return false;
    }

    public T Scalar<T>(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return (T)Convert.ChangeType(command.ExecuteScalar()!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
