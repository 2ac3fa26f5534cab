using System.Buffers.Binary;
using System.Numerics;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Records that stay apart whatever is in them, for objects that are read again and delivered to nobody as they are: each with its length before it, 4 bytes,
/// little-endian.
/// </summary>
internal sealed record RecordsFormat : IObjectFormat
{
    private const int BufferBytes = 1 << 16;

    public string Extension => "";

    public IObjectEncoder Open(Stream output) => new Encoder(output);

    /// <summary>The records as often as they are asked for, one at a time: each is there until the next is.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(string file)
    {
        using var input = Open(file);
        byte[] record = [];
        while (ReadLength(input) is { } length)
        {
            if (record.Length < length) record = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)length)];
            input.ReadExactly(record, 0, length);
            yield return record.AsMemory(0, length);
        }
    }

    /// <summary>Bytes of the longest record; 0 where there is none.</summary>
    public static int LongestOf(string file)
    {
        using var input = Open(file);
        var longest = 0;
        while (ReadLength(input) is { } length)
        {
            longest = Math.Max(longest, length);
            input.Seek(length, SeekOrigin.Current);
        }
        return longest;
    }

    private static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);

    /// <summary>Null at the end.</summary>
    private static int? ReadLength(FileStream input)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        var read = input.ReadAtLeast(length, length.Length, throwOnEndOfStream: false);
        if (read == 0) return null;
        return read == length.Length ? BinaryPrimitives.ReadInt32LittleEndian(length) : throw new InvalidDataException($"{input.Name} ends within a record.");
    }

    private sealed class Encoder(Stream output) : IObjectEncoder
    {
        public string? Add(ReadOnlySpan<byte> record)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
            output.Write(length);
            output.Write(record);
            return null;
        }

        public void Finish() { }

        public void Dispose() { }
    }
}
