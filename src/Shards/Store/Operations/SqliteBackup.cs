namespace ActorStreams.Shards.Store.Operations;

/// <summary>
/// Copies the store of a data folder into one file, also beside the node that works with it. The copy is what was durable at the moment at
/// which it began, all of it, and nothing that came later.
/// </summary>
public static class SqliteBackup
{
    private const string Unfinished = ".unfinished";

    /// <summary>Answers the bytes of the copy, which was read back and found sound.</summary>
    /// <exception cref="StoreOperationException">There is no store, or a file of that name is there, or the copy did not succeed.</exception>
    /// <exception cref="StoreUnavailableException">The store is none that this version can work with.</exception>
    public static Task<long> RunAsync(string dataDirectory, string to, OperationProgress progress, CancellationToken ct) =>
        Task.Run(() => Run(StoreFiles.ExistingStore(dataDirectory), Path.GetFullPath(to), progress, ct), ct);

    private static long Run(string from, string to, OperationProgress progress, CancellationToken ct)
    {
        if (Path.Exists(to))
            throw new StoreOperationException($"'{to}' is there already, and a backup overwrites nothing. Give another name.");
        var copy = to + Unfinished;
        try
        {
            DurableFiles.CreateNew(copy).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOperationException(File.Exists(copy)
                ? $"'{copy}' is there: another backup is writing it, or one was cut off. In the second case delete it."
                : $"'{to}' cannot be written: {e.Message}", e);
        }

        try
        {
            Copy(from, copy, progress, ct);
            DurableFiles.Publish(copy, to);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOperationException($"The backup did not succeed: {e.Message}", e);
        }
        finally
        {
            File.Delete(copy);
        }

        return new FileInfo(to).Length;
    }

    // One read of the write-ahead log's snapshot: the node goes on writing meanwhile, into a log that grows until this ends.
    private static void Copy(string from, string copy, OperationProgress progress, CancellationToken ct)
    {
        progress.Begin("copying", new FileInfo(from).Length);
        using (var source = new SqliteFile(from, ct, () => progress.Reached(new FileInfo(copy).Length)))
        {
            source.Run(() =>
            {
                using var command = source.Connection.CreateCommand();
                command.CommandText = "VACUUM INTO @copy";
                command.Parameters.AddWithValue("@copy", copy);
                return command.ExecuteNonQuery();
            });
        }

        // SQLite does not wait for the disk here.
        DurableFiles.Flush(copy);
        progress.Begin("checking", 0);
        using var check = new SqliteFile(copy, ct);
        check.CheckIntegrity();
    }
}
