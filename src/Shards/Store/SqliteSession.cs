using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

/// <summary>One connection and its prepared statements; used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public SqliteSession(string connectionString)
    {
        Connection = new SqliteConnection(connectionString);
        try
        {
            Connection.Open();
            Connection.Execute(SqliteConnections.ConnectionPragmas);
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    public SqliteCommand Prepared(string sql, Action<SqliteParameterCollection> declare)
    {
        if (_prepared.TryGetValue(sql, out var command))
            return command;
        command = Connection.CreateCommand();
        command.CommandText = sql;
        declare(command.Parameters);
        command.Prepare();
        _prepared.Add(sql, command);
        return command;
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        Connection.Dispose();
    }
}
