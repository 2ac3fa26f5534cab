namespace ActorStreams.Shards.Store.Operations;

/// <summary>Makes a data folder's store from a backup.</summary>
public static class SqliteRestore
{
    private const string Unfinished = ".unfinished";
    private const int CopyBytes = 1 << 20;

    /// <summary>Answers the bytes of the store. Interrupted at any moment it leaves no store in the folder.</summary>
    /// <exception cref="StoreOperationException">The folder holds a store, or the file is no sound backup.</exception>
    /// <exception cref="StoreUnavailableException">A process works with the folder; the file is of a newer version or no store.</exception>
    public static async Task<long> RunAsync(string from, string dataDirectory, OperationProgress progress, CancellationToken ct)
    {
        from = Path.GetFullPath(from);
        if (!File.Exists(from))
            throw new StoreOperationException($"There is no file '{from}'.");
        // Copied from under a node, the file alone lacks what the log holds.
        if (StoreFiles.Beside(from).FirstOrDefault(File.Exists) is { } log)
            throw new StoreOperationException($"'{from}' is a store in use or was not closed, not a backup: '{log}' lies beside it. Make one with 'actorstreams backup'.");

        using var held = DataDirectoryLock.Acquire(dataDirectory);
        var store = StoreFiles.Store(dataDirectory);
        if (((string[])[store, .. StoreFiles.Beside(store)]).FirstOrDefault(Path.Exists) is { } there)
            throw new StoreOperationException($"The data folder holds a store already: '{there}'. A restore overwrites nothing: give another folder, or move that store away.");
        var copy = store + Unfinished;
        try
        {
            // The folder is ours, so this is of a restore that was cut off.
            File.Delete(copy);
            await CopyAsync(from, copy, progress, ct).ConfigureAwait(false);
            progress.Begin("checking", 0);
            await Task.Run(() => Check(copy, ct), ct).ConfigureAwait(false);
            DurableFiles.Publish(copy, store);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOperationException($"The restore did not succeed: {e.Message}", e);
        }
        finally
        {
            foreach (var file in (string[])[copy, .. StoreFiles.Beside(copy)]) File.Delete(file);
        }

        return new FileInfo(store).Length;
    }

    private static async Task CopyAsync(string from, string copy, OperationProgress progress, CancellationToken ct)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, CopyBytes, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using var target = DurableFiles.CreateNew(copy);
        progress.Begin("copying", source.Length);
        var buffer = new byte[CopyBytes];
        while (await source.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var read)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            progress.Reached(target.Position);
        }

        target.Flush(flushToDisk: true);
    }

    private static void Check(string copy, CancellationToken ct)
    {
        using var file = new SqliteFile(copy, ct);
        file.CheckIntegrity();
    }
}
