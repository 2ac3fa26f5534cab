using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace ActorStreams.Agent.Files;

/// <summary>The bytes of a log, from the file itself or out of its compressed copy. Offsets are those of the uncompressed bytes either way.</summary>
internal abstract class FileContent : IDisposable
{
    /// <summary>As many bytes as there are, at most those that fit; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">A compressed file that is damaged, or not written to its end yet.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>Whether bytes once read can change, as those of a file do that is truncated and written anew.</summary>
    public abstract bool CanChange { get; }

    public abstract void Dispose();

    /// <summary>Fills the buffer, or as much of it as there is.</summary>
    public int ReadFully(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && Read(buffer[total..], offset + total) is > 0 and var read) total += read;
        return total;
    }

    public static OnDisk Open(string path) => RotatedName.IsGzip(path)
        ? new Compressed(FileStatus.OpenToRead(path))
        : new Plain(FileStatus.OpenToRead(path));

    /// <summary>Of a file that stays the same one, whatever comes to its path while it is open.</summary>
    internal abstract class OnDisk(SafeFileHandle handle) : FileContent
    {
        /// <summary>The file's as it is now, whatever of it was read.</summary>
        public FileStatus Status => FileStatus.Of(handle);
    }

    internal sealed class Plain(SafeFileHandle handle) : OnDisk(handle)
    {
        private readonly SafeFileHandle _handle = handle;

        public override bool CanChange => true;

        public override int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_handle, buffer, offset);

        public override void Dispose() => _handle.Dispose();
    }

    /// <summary>Goes forward only; an offset behind the last one begins anew.</summary>
    private sealed class Compressed(SafeFileHandle handle) : OnDisk(handle)
    {
        private const int SkipBytes = 64 * 1024;

        private readonly FileStream _file = new(handle, FileAccess.Read);
        private GZipStream? _stream;
        private long _offset;
        private byte[]? _skipped;

        public override bool CanChange => false;

        public override int Read(Span<byte> buffer, long offset)
        {
            if (_stream is null || offset < _offset)
            {
                _stream?.Dispose();
                _file.Position = 0;
                _stream = new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true);
                _offset = 0;
            }
            _skipped ??= new byte[SkipBytes];
            while (_offset < offset)
            {
                var step = _stream.Read(_skipped, 0, (int)Math.Min(_skipped.Length, offset - _offset));
                if (step == 0) return 0;
                _offset += step;
            }
            var read = _stream.Read(buffer);
            _offset += read;
            return read;
        }

        public override void Dispose()
        {
            _stream?.Dispose();
            _file.Dispose();
        }
    }
}
