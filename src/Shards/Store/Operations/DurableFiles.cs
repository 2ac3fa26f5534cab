using System.Runtime.InteropServices;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>Files that are there after a power cut, under a name that nothing had before.</summary>
internal static class DurableFiles
{
    /// <summary>An empty file for its owner's eyes only: a store holds records in clear and the keys of iterators.</summary>
    /// <exception cref="IOException">There is a file of that name.</exception>
    public static FileStream CreateNew(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.SequentialScan };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Waits until the file's bytes are on the disk.</summary>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Gives the flushed file its name, never over another file's, and waits until the name is on the disk.</summary>
    public static void Publish(string path, string name)
    {
        File.Move(path, name, overwrite: false);
        // On Windows the file system journals names by itself.
        if (!OperatingSystem.IsWindows())
            FlushFolder(Path.GetDirectoryName(name)!);
    }

    private static void FlushFolder(string path)
    {
        // The framework opens no folders.
        var descriptor = NativeOpen(path, flags: 0);
        if (descriptor < 0)
            throw new IOException($"The folder '{path}' cannot be opened to flush it (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (NativeFlush(descriptor) != 0)
                throw new IOException($"The folder '{path}' cannot be flushed (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int NativeFlush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int NativeClose(int descriptor);
}
