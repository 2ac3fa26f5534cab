using System.Buffers.Binary;
using System.Text;

namespace ActorStreams.Gateway.Tests.EventStream;

public sealed record EventStreamMessage(IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Payload)
{
    public string this[string header] => Headers.Single(h => h.Key == header).Value;
}

/// <summary>Reads messages as a client does, from AWS's description of them: bit by bit, so that it shares nothing with what is tested.</summary>
public static class EventStreamReader
{
    public static IEnumerable<EventStreamMessage> All(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        while (ReadAsync(stream, CancellationToken.None).GetAwaiter().GetResult() is { } message) yield return message;
    }

    /// <summary>The next message; null at the end of the stream. Throws <see cref="InvalidDataException"/> for anything that is none.</summary>
    public static async Task<EventStreamMessage?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var prelude = new byte[12];
        var read = await stream.ReadAtLeastAsync(prelude, prelude.Length, throwOnEndOfStream: false, cancel);
        if (read == 0) return null;
        if (read < prelude.Length) throw new InvalidDataException($"The stream ends after {read} bytes of a message.");
        var (total, headers) = (U32(prelude, 0), U32(prelude, 4));
        if (U32(prelude, 8) != Crc32(prelude.AsSpan(0, 8))) throw new InvalidDataException("The checksum of a prelude is wrong.");
        if (total < headers + 16L || total > 24 << 20) throw new InvalidDataException($"A message of {total} bytes with headers of {headers}.");
        var message = new byte[total];
        prelude.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(12), cancel);
        if (U32(message, (int)total - 4) != Crc32(message.AsSpan(0, (int)total - 4))) throw new InvalidDataException("The checksum of a message is wrong.");
        return new EventStreamMessage([.. Headers(message.AsMemory(12, (int)headers))], message[(12 + (int)headers)..^4]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Headers(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var nameEnd = 1 + bytes.Span[0];
            if (bytes.Span[nameEnd] != 7) throw new InvalidDataException($"A header of type {bytes.Span[nameEnd]}.");
            var valueEnd = nameEnd + 3 + BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[(nameEnd + 1)..]);
            yield return new(Encoding.UTF8.GetString(bytes.Span[1..nameEnd]), Encoding.UTF8.GetString(bytes.Span[(nameEnd + 3)..valueEnd]));
            bytes = bytes[valueEnd..];
        }
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
        }
        return ~crc;
    }
}
