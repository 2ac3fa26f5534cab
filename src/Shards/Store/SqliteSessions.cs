using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ActorStreams.Shards.Store;

/// <summary>
/// A bounded set of connections with their prepared statements. The driver's calls block, so they run on pool threads, never more of them
/// than the bound, whatever the number of readers.
/// </summary>
internal sealed class SqliteSessions(string connectionString, int sessionsMax) : IDisposable
{
    private readonly string _connectionString = new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString();
    private readonly SemaphoreSlim _room = new(sessionsMax, sessionsMax);
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _disposed;

    public async Task<T> UseAsync<T>(Func<SqliteSession, T> work, CancellationToken ct)
    {
        await _room.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Use(work), ct).ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private T Use<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idle.TryTake(out var session))
            session = new SqliteSession(_connectionString);
        var healthy = false;
        try
        {
            var result = work(session);
            healthy = true;
            return result;
        }
        finally
        {
            if (healthy && !_disposed)
                _idle.Add(session);
            else
                session.Dispose();
        }
    }
}
