using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ActorStreams.Shards.Keys;

/// <summary>
/// Hashes the partition keys of one request together: eight at a time where the machine has 256-bit vectors, one by one where it
/// has not, for keys above 55 bytes, and for a remainder too small to fill the lanes. Allocates nothing.
/// </summary>
public static class PartitionKeyHasher
{
    private const int Lanes = 8;

    // A full set of lanes takes as long as about two single hashes, however few lanes are in use.
    private const int VectorKeysMin = 3;

    /// <summary>
    /// Writes the hash key of each partition key (UTF-8 at offset and length in the buffer) to the same place of <paramref name="hashes"/>.
    /// </summary>
    public static void HashAll(ReadOnlySpan<byte> buffer, ReadOnlySpan<(int Offset, int Length)> keys, Span<UInt128> hashes)
    {
        if (hashes.Length < keys.Length)
        {
            throw new ArgumentException($"There are {keys.Length} keys but room for {hashes.Length} hashes only.", nameof(hashes));
        }

        if (Vector256.IsHardwareAccelerated && keys.Length >= VectorKeysMin)
        {
            HashInLanes(buffer, keys, hashes);
            return;
        }

        HashOneByOne(buffer, keys, hashes);
    }

    internal static void HashOneByOne(ReadOnlySpan<byte> buffer, ReadOnlySpan<(int Offset, int Length)> keys, Span<UInt128> hashes)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            hashes[i] = HashKeys.Of(buffer.Slice(keys[i].Offset, keys[i].Length));
        }
    }

    /// <summary>Right on any machine, but slow without 256-bit vectors.</summary>
    internal static void HashInLanes(ReadOnlySpan<byte> buffer, ReadOnlySpan<(int Offset, int Length)> keys, Span<UInt128> hashes)
    {
        Span<Vector256<uint>> block = stackalloc Vector256<uint>[Md5Block.Words];
        var words = MemoryMarshal.Cast<Vector256<uint>, uint>(block);
        Span<int> waiting = stackalloc int[Lanes];
        var count = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = buffer.Slice(keys[i].Offset, keys[i].Length);
            if (key.Length > Md5Block.MessageBytesMax)
            {
                hashes[i] = HashKeys.Of(key);
                continue;
            }

            Md5Block.WriteBlock(key, words, count, Lanes);
            waiting[count++] = i;
            if (count == Lanes)
            {
                HashBlock(block, waiting, hashes);
                block.Clear();
                count = 0;
            }
        }

        if (count >= VectorKeysMin)
        {
            HashBlock(block, waiting[..count], hashes);
            return;
        }

        foreach (var i in waiting[..count])
        {
            hashes[i] = HashKeys.Of(buffer.Slice(keys[i].Offset, keys[i].Length));
        }
    }

    private static void HashBlock(ReadOnlySpan<Vector256<uint>> block, ReadOnlySpan<int> targets, Span<UInt128> hashes)
    {
        Md5Block.Compress<Vector256<uint>, EightWords>(block, out var a, out var b, out var c, out var d);
        for (var lane = 0; lane < targets.Length; lane++)
        {
            hashes[targets[lane]] = Md5Block.Digest(a[lane], b[lane], c[lane], d[lane]);
        }
    }
}
