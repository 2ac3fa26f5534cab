using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>SHA-256 of one row after the other.</summary>
internal sealed class RowDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _scratch = new byte[9];

    /// <summary>Of the columns without a fixed length, in the row that was completed last.</summary>
    public long Bytes { get; private set; }

    private long _bytes;

    public void Absent() => _hash.AppendData([0]);

    public long Add(long value)
    {
        _scratch[0] = 1;
        BinaryPrimitives.WriteInt64BigEndian(_scratch.AsSpan(1), value);
        _hash.AppendData(_scratch, 0, 9);
        return value;
    }

    public int Add(int value)
    {
        _scratch[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(_scratch.AsSpan(1), value);
        _hash.AppendData(_scratch, 0, 5);
        return value;
    }

    public bool Add(bool value)
    {
        _hash.AppendData([1, value ? (byte)1 : (byte)0]);
        return value;
    }

    public string Add(string value)
    {
        Add(Encoding.UTF8.GetBytes(value));
        return value;
    }

    public byte[] Add(byte[] value)
    {
        Add(value.Length);
        _hash.AppendData(value);
        _bytes += value.Length;
        return value;
    }

    public byte[] Complete()
    {
        (Bytes, _bytes) = (_bytes, 0);
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();
}
