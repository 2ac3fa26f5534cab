using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>A store's SQLite file that is there, opened beside whoever else has it open; long statements stop when they are told to.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const int Interrupted = 9;
    // Virtual machine instructions between two looks: some microseconds.
    private const int LookInterval = 10_000;

    private readonly string _path;
    private readonly CancellationToken _cancel;
    // Called from native code for as long as the connection is open.
    private readonly delegate_progress _look;

    /// <exception cref="StoreOperationException">It can't be opened, or is no SQLite file.</exception>
    /// <exception cref="StoreUnavailableException">It is no store that this version can work with.</exception>
    public SqliteFile(string path, CancellationToken cancel, Action? onLook = null)
    {
        _path = path;
        _cancel = cancel;
        _look = _ =>
        {
            onLook?.Invoke();
            return cancel.IsCancellationRequested ? 1 : 0;
        };
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // Not read-only: what a killed node left in the write-ahead log could not be read then.
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 0,
        }.ToString());
        try
        {
            Run(() =>
            {
                Connection.Open();
                Connection.Execute("PRAGMA busy_timeout=5000");
                raw.sqlite3_progress_handler(Connection.Handle, LookInterval, _look, null);
                SqliteProof.ProveFormat(Connection, path);
                SqliteProof.Prove(Connection, path);
                return 0;
            });
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <summary>Runs statements; what goes wrong is told with the file's name.</summary>
    public T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Interrupted && _cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancel);
        }
        catch (SqliteException e)
        {
            throw new StoreOperationException(
                SqliteProof.IsNoDatabase(e) ? $"The file '{_path}' is not a SQLite database." : $"The store '{_path}' does not allow it: {e.Message}", e);
        }
    }

    /// <summary>Reads every page and compares the indexes with their tables.</summary>
    /// <exception cref="StoreOperationException">The file is damaged.</exception>
    public void CheckIntegrity()
    {
        var found = Run(() => Connection.Scalar<string>("PRAGMA integrity_check(1)"));
        if (found != "ok")
            throw new StoreOperationException($"The file '{_path}' is damaged: {found}");
    }

    public void Dispose() => Connection.Dispose();
}
