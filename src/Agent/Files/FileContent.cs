using System.Buffers.Binary;
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

    /// <summary>Of the file that is open, whatever has come to its name since.</summary>
    public abstract FileStatus Status { get; }

    public abstract void Dispose();

    /// <summary>Fills the buffer, or as much of it as there is.</summary>
    public int ReadFully(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length && Read(buffer[total..], offset + total) is > 0 and var read) total += read;
        return total;
    }

    public static FileContent Open(string path) => RotatedName.IsGzip(path)
        ? new Compressed(FileStatus.OpenToRead(path))
        : new Plain(FileStatus.OpenToRead(path));

    internal sealed class Plain(SafeFileHandle handle) : FileContent
    {
        public override bool CanChange => true;

        public override FileStatus Status => FileStatus.Of(handle);

        public override int Read(Span<byte> buffer, long offset) => RandomAccess.Read(handle, buffer, offset);

        public override void Dispose() => handle.Dispose();
    }

    /// <summary>Goes forward only; an offset behind the last one begins anew.</summary>
    private sealed class Compressed(SafeFileHandle handle) : FileContent
    {
        private const int SkipBytes = 64 * 1024;

        /// <summary>RFC 1952: two bytes that name the format, and deflate.</summary>
        private static readonly byte[] s_partBegin = [0x1f, 0x8b, 8];

        private readonly FileStream _file = new(handle, FileAccess.Read);
        private GZipStream? _stream;
        private long _offset;
        private byte[]? _skipped;

        public override bool CanChange => false;

        public override FileStatus Status => FileStatus.Of(handle);

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
                if (step == 0) return AtEnd();
                _offset += step;
            }
            var read = _stream.Read(buffer);
            _offset += read;
            return read > 0 || buffer.IsEmpty ? read : AtEnd();
        }

        /// <summary>.NET takes the end of the file for the end of the data, wherever it comes.</summary>
        private int AtEnd() => IsWhole() ? 0 : throw new InvalidDataException("the compressed file ends within its data");

        /// <summary>The last four bytes say how much the data is when unpacked, modulo 2^32; of several parts, the last one.</summary>
        private bool IsWhole()
        {
            var length = RandomAccess.GetLength(handle);
            if (length == 0) return _offset == 0;
            Span<byte> size = stackalloc byte[sizeof(uint)];
            if (RandomAccess.Read(handle, size, Math.Max(0, length - size.Length)) < size.Length) return false;
            return BinaryPrimitives.ReadUInt32LittleEndian(size) == (uint)_offset || HasSecondPart(length);
        }

        private bool HasSecondPart(long length)
        {
            var chunk = new byte[SkipBytes];
            for (long at = s_partBegin.Length; at < length; at += chunk.Length - s_partBegin.Length)
            {
                var read = RandomAccess.Read(handle, chunk, at);
                if (chunk.AsSpan(0, read).IndexOf(s_partBegin) >= 0) return true;
            }
            return false;
        }

        public override void Dispose()
        {
            _stream?.Dispose();
            _file.Dispose();
        }
    }
}
