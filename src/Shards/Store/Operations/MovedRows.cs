using System.Security.Cryptography;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>What was sent of one table: for each group a count and a checksum.</summary>
internal sealed class MovedRows
{
    private readonly Dictionary<(string, long), (long Rows, IncrementalHash Hash)> _groups = [];

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public int Groups => _groups.Count;

    public int Names => _groups.Keys.Select(k => k.Item1).Distinct(StringComparer.Ordinal).Count();

    public void Add((string, long) group, byte[] digest, long bytes)
    {
        var (rows, hash) = _groups.TryGetValue(group, out var so) ? so : (0, IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
        hash.AppendData(digest);
        _groups[group] = (rows + 1, hash);
        Rows++;
        Bytes += bytes;
    }

    public bool Is((string, long) group, long rows, ReadOnlySpan<byte> checksum) =>
        _groups.TryGetValue(group, out var sent) && sent.Rows == rows && sent.Hash.GetCurrentHash().AsSpan().SequenceEqual(checksum);
}
