namespace ActorStreams.Shards.Transfer;

/// <summary>A block that is fetched in chunks, in whatever order these come: what is still to be asked for, and what is under way.</summary>
internal sealed class ChunkedBlock(int bytes)
{
    private readonly byte[] _joined = GC.AllocateUninitializedArray<byte>(bytes);
    private readonly HashSet<int> _asked = [];
    private int _next;
    private int _missing = bytes;

    /// <summary>Offsets of the chunks that were asked for and did not come.</summary>
    public IReadOnlyCollection<int> Asked => _asked;

    public bool HasMoreToAsk => _next < _joined.Length;

    public bool IsWhole => _missing == 0;

    /// <summary>Good when it is whole.</summary>
    public ReadOnlyMemory<byte> Joined => _joined;

    /// <summary>The offset of the next chunk, which is under way from now on.</summary>
    public int AskNext()
    {
        var offset = _next;
        _next += LengthAt(offset);
        _asked.Add(offset);
        return offset;
    }

    /// <summary>False for a chunk that is not under way, as one that comes a second time, and for one of another length.</summary>
    public bool TryAccept(int offset, ReadOnlySpan<byte> chunk)
    {
        if (!_asked.Contains(offset) || chunk.Length != LengthAt(offset)) return false;
        _asked.Remove(offset);
        chunk.CopyTo(_joined.AsSpan(offset));
        _missing -= chunk.Length;
        return true;
    }

    private int LengthAt(int offset) => Math.Min(TransferProtocol.ChunkBytes, _joined.Length - offset);
}
