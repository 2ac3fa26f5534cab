using System.IO.Compression;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>An object as its lines, without their ends; what is empty is no line.</summary>
/// <param name="compression">GZIP or none.</param>
internal sealed class LinesFile(string file, CompressionFormat compression)
{
    private const byte Newline = (byte)'\n';
    private const int BufferBytes = 1 << 16;

    /// <summary>The lines as often as they are asked for, one at a time: each is there until the next is.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read()
    {
        using var input = Open();
        var (buffer, start, end) = (new byte[BufferBytes], 0, 0);
        // Where the line was looked through to.
        var seen = 0;
        for (var isOpen = true; isOpen || start < end;)
        {
            var found = buffer.AsSpan(seen, end - seen).IndexOf(Newline);
            if (found < 0 && isOpen)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                seen = end;
                if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                var read = input.Read(buffer, end, buffer.Length - end);
                end += read;
                isOpen = read > 0;
                continue;
            }
            var line = buffer.AsMemory(start, (found < 0 ? end : seen + found) - start);
            start = seen = found < 0 ? end : seen + found + 1;
            if (line.Span.EndsWith("\r"u8)) line = line[..^1];
            if (!line.IsEmpty) yield return line;
        }
    }

    /// <summary>Bytes of the longest line; 0 where there is none. Holds none of them.</summary>
    public long Longest()
    {
        using var input = Open();
        var buffer = new byte[BufferBytes];
        var (longest, current) = (0L, 0L);
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            for (var rest = buffer.AsSpan(0, read); !rest.IsEmpty;)
            {
                var length = rest.IndexOf(Newline);
                current += length < 0 ? rest.Length : length;
                longest = Math.Max(longest, current);
                if (length >= 0) current = 0;
                rest = length < 0 ? [] : rest[(length + 1)..];
            }
        }
        return longest;
    }

    private Stream Open()
    {
        var input = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        return compression == CompressionFormat.Uncompressed ? input : new GZipStream(input, CompressionMode.Decompress);
    }
}
