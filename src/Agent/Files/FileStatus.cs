using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorStreams.Agent.Files;

/// <summary>What makes a file the same file under another name, as long as it exists.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>
/// What Linux knows of a file beyond .NET's own classes. <c>statx</c> is taken since its layout is the kernel's and the same on every architecture,
/// which that of <c>stat</c> is not.
/// </summary>
internal readonly record struct FileStatus(FileIdentity Identity, long Length, DateTimeOffset ModifiedAt)
{
    private const int AtCurrentFolder = -100;
    private const int AtEmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int NoSuchEntry = 2;
    private const int NotAFolder = 20;
    private const int StatxBytes = 256;
    private const int NotPermitted = 13;
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Null where there is no regular file. Links are followed.</summary>
    public static FileStatus? Of(string path) => Read(AtCurrentFolder, path, 0);

    public static FileStatus Of(SafeFileHandle file)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Read((int)file.DangerousGetHandle(), "", AtEmptyPath) ?? throw new IOException("An open file is not a regular one.");
        }
        finally
        {
            if (added) file.DangerousRelease();
        }
    }

    /// <summary>
    /// Opens a file without the advisory lock that .NET's own classes take: while that is held, programs on .NET that want a file for themselves could
    /// not write to their logs.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static SafeFileHandle OpenToRead(string path)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("The agent runs on Linux only.");
        var handle = new SafeFileHandle(Open(path, ReadOnlyCloseOnExec), ownsHandle: true);
        if (!handle.IsInvalid) return handle;
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw error switch
        {
            NoSuchEntry or NotAFolder => new FileNotFoundException($"There is no file {path}.", path),
            NotPermitted => new UnauthorizedAccessException($"{path} may not be read."),
            _ => new IOException($"{path}: {new Win32Exception(error).Message}"),
        };
    }

    private static FileStatus? Read(int folder, string path, int flags)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("The agent knows files by their inodes and runs on Linux only.");
        var buffer = new byte[StatxBytes];
        if (Statx(folder, path, flags, BasicStats, buffer) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is NoSuchEntry or NotAFolder) return null;
            throw new IOException($"{path}: {new Win32Exception(error).Message}");
        }

        // struct statx: stx_mode at 28, stx_ino at 32, stx_size at 40, stx_mtime at 112 (seconds, then nanoseconds), stx_dev_major and minor at 136 and 140.
        if ((U16(28) & TypeMask) != RegularFile) return null;
        var modified = DateTimeOffset.FromUnixTimeSeconds((long)U64(112)).AddTicks(U32(120) / 100);
        return new FileStatus(new FileIdentity(((ulong)U32(136) << 32) | U32(140), U64(32)), (long)U64(40), modified);

        ushort U16(int at) => BitConverter.ToUInt16(buffer, at);
        uint U32(int at) => BitConverter.ToUInt32(buffer, at);
        ulong U64(int at) => BitConverter.ToUInt64(buffer, at);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] buffer);
}
