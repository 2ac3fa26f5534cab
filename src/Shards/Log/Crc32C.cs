using System.Buffers.Binary;
using System.Numerics;

namespace ActorStreams.Shards.Log;

/// <summary>CRC-32C (Castagnoli), the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>Checksum of <paramref name="bytes"/>, going on from <paramref name="seed"/> (0 to begin).</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
