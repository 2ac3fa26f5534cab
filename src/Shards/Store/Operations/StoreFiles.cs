namespace ActorStreams.Shards.Store.Operations;

/// <summary>Where a data folder keeps its store.</summary>
internal static class StoreFiles
{
    /// <exception cref="StoreOperationException">The folder holds no store.</exception>
    public static string ExistingStore(string dataDirectory)
    {
        var file = Store(dataDirectory);
        return File.Exists(file) ? file : throw new StoreOperationException($"There is no store in '{Path.GetDirectoryName(file)}': no file {SqliteConnections.FileName}.");
    }

    public static string Store(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), SqliteConnections.FileName);

    /// <summary>What SQLite keeps beside a file that is open, or was not closed.</summary>
    public static string[] Beside(string file) => [file + "-wal", file + "-shm", file + "-journal"];
}
