using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>Firehose's Decompression: records as CloudWatch Logs sends them. What is no GZIP, or too large when unpacked, fails.</summary>
/// <param name="bytesMax">Of one record unpacked. A megabyte of GZIP can hold a thousand; a small bound fails good records, a large one lets few records take the memory.</param>
public sealed class GzipDecompression(int bytesMax = GzipDecompression.BytesMaxDefault) : IRecordStep
{
    public const string FailedCode = "Decompression.Failed";
    public const int BytesMaxDefault = 16 * 1024 * 1024;

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        var buffer = new MemoryStream();
        foreach (var record in records)
        {
            cancel.ThrowIfCancellationRequested();
            buffer.SetLength(0);
            if (Unpack(record.Data, buffer) is { } problem) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, FailedCode, problem, 1));
            else good.Add(record with { Data = buffer.ToArray() });
        }
        return Task.FromResult(new Processed(good, failed, 0));
    }

    private string? Unpack(ReadOnlyMemory<byte> data, MemoryStream output)
    {
        // Without a look the stream takes data of another kind for an empty object.
        if (data.Length < 18 || data.Span[0] != 0x1f || data.Span[1] != 0x8b) return "The data is not GZIP.";
        if (!MemoryMarshal.TryGetArray(data, out var bytes)) bytes = data.ToArray();
        using var unpacked = new GZipStream(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), CompressionMode.Decompress);
        try
        {
            var chunk = new byte[16 * 1024];
            while (unpacked.Read(chunk) is > 0 and var read)
            {
                if (output.Length + read > bytesMax) return $"The data has more than {bytesMax} bytes unpacked; up to that many are allowed.";
                output.Write(chunk, 0, read);
            }
            // Data that was cut off would end early and in silence; its last bytes are not the length that GZIP ends with.
            return BinaryPrimitives.ReadUInt32LittleEndian(data.Span[^4..]) == (uint)output.Length ? null : "The data is not one whole member of GZIP.";
        }
        catch (InvalidDataException)
        {
            return "The data is not GZIP, or damaged.";
        }
    }
}
