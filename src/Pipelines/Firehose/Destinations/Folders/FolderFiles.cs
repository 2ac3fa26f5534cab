using System.Runtime.InteropServices;

namespace ActorStreams.Pipelines.Firehose.Destinations.Folders;

/// <summary>What the framework has no call for: names that never replace another, and folders that are on the disk.</summary>
internal static class FolderFiles
{
    // Of Linux and macOS alike.
    private const int Eexist = 17;
    private const int NotPermitted = 1;
    private const int OtherFileSystem = 18;
    private const int NoSpace = 28;
    private const int TooManyLinks = 31;

    public enum LinkResult
    {
        Linked,

        /// <summary>There is something under the name.</summary>
        Exists,

        /// <summary>The file systems differ, or this one has no second names.</summary>
        Impossible,
    }

    /// <summary>Gives a file a second name, in one step, never in place of another file.</summary>
    /// <exception cref="IOException">The file system refused it for another reason.</exception>
    public static LinkResult TryLink(string file, string name)
    {
        if (OperatingSystem.IsWindows()) return LinkResult.Impossible;
        if (NativeLink(file, name) == 0) return LinkResult.Linked;
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Eexist => LinkResult.Exists,
            NotPermitted or OtherFileSystem or TooManyLinks => LinkResult.Impossible,
            _ when IsUnsupported(error) => LinkResult.Impossible,
            NoSpace => throw new IOException($"There is no space left for the name '{name}'."),
            _ => throw new IOException($"'{name}' cannot be made: {Marshal.GetPInvokeErrorMessage(error)}."),
        };
    }

    /// <summary>
    /// Renames a flushed file, never over another one; false when there is one. For file systems without second names, where the framework
    /// looks first and then renames, so that two processes must not do this for one name at once.
    /// </summary>
    public static bool TryMove(string file, string name)
    {
        if (Path.Exists(name)) return false;
        try
        {
            File.Move(file, name, overwrite: false);
            return true;
        }
        catch (IOException) when (Path.Exists(name))
        {
            return false;
        }
    }

    public static void Flush(string file)
    {
        // Windows flushes only what it may write to; elsewhere a file of another owner may be readable alone.
        var access = OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read;
        using var handle = File.OpenHandle(file, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Waits until the names in a folder are on the disk.</summary>
    public static void FlushFolder(string path)
    {
        // There the file system journals names by itself.
        if (OperatingSystem.IsWindows()) return;
        var descriptor = NativeOpen(path, flags: 0);
        if (descriptor < 0) throw new IOException($"The folder '{path}' cannot be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (NativeFlush(descriptor) == 0) return;
            // EINVAL: this file system has no flushing of folders, and nothing more can be done.
            const int invalid = 22;
            if (Marshal.GetLastPInvokeError() != invalid)
                throw new IOException($"The folder '{path}' cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    /// <summary>ENOSYS, EOPNOTSUPP and ENOTSUP, whose numbers differ.</summary>
    private static bool IsUnsupported(int error) => OperatingSystem.IsMacOS() ? error is 78 or 102 or 45 : error is 38 or 95;

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int NativeLink([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int NativeFlush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int NativeClose(int descriptor);
}
