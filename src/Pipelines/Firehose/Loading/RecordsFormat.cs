using System.Buffers.Binary;
using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Records that stay apart whatever is in them, for objects that are read again and delivered to nobody as they are: each with its length before it, 4 bytes,
/// little-endian.
/// </summary>
internal sealed record RecordsFormat : IObjectFormat
{
    public string Extension => "";

    public IObjectEncoder Open(Stream output) => new Encoder(output);

    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(string file)
    {
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(file);
        var records = new List<ReadOnlyMemory<byte>>();
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
            records.Add(bytes.Slice(sizeof(int), length));
            bytes = bytes[(sizeof(int) + length)..];
        }
        return records;
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
