namespace ActorStreams.Shards.Aggregation;

/// <summary>
/// Walks the fields of a Protobuf message where it lies; generated classes would copy each of them. Whatever is no message ends the walk
/// with <see cref="IsMalformed"/>, never with an exception.
/// </summary>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    public const int Varint = 0;
    public const int Bytes = 2;
    private const int Fixed64 = 1;
    private const int GroupStart = 3;
    private const int GroupEnd = 4;
    private const int Fixed32 = 5;

    /// <summary>As deep as Protobuf's own readers go.</summary>
    private const int DepthMax = 100;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public int Field { get; private set; }

    public int WireType { get; private set; }

    /// <summary>Of a <see cref="Varint"/> field.</summary>
    public ulong Number { get; private set; }

    /// <summary>Where the content of a <see cref="Bytes"/> field begins in the message, and its length.</summary>
    public (int Offset, int Length) Place { get; private set; }

    public bool IsMalformed { get; private set; }

    public bool MoveNext()
    {
        if (_at == _message.Length) return false;
        if (!TryTag() || !TryContent(WireType, Field, 0)) IsMalformed = true;
        return !IsMalformed;
    }

    private bool TryTag()
    {
        if (!TryVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
        (Field, WireType) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    private bool TryContent(int wireType, int field, int depth)
    {
        switch (wireType)
        {
            case Varint:
                if (!TryVarint(out var number)) return false;
                Number = number;
                return true;
            case Fixed64:
                return TrySkip(sizeof(ulong));
            case Fixed32:
                return TrySkip(sizeof(uint));
            case Bytes:
                if (!TryVarint(out var length) || length > (ulong)(_message.Length - _at)) return false;
                Place = (_at, (int)length);
                return TrySkip((int)length);
            case GroupStart:
                return TryGroup(field, depth);
            default:
                return false;
        }
    }

    private bool TryGroup(int group, int depth)
    {
        if (depth == DepthMax) return false;
        while (TryVarint(out var tag) && tag <= uint.MaxValue && tag >> 3 != 0)
        {
            if ((int)(tag & 7) == GroupEnd) return (int)(tag >> 3) == group;
            if (!TryContent((int)(tag & 7), (int)(tag >> 3), depth + 1)) return false;
        }
        return false;
    }

    private bool TrySkip(int bytes)
    {
        if (bytes > _message.Length - _at) return false;
        _at += bytes;
        return true;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && _at < _message.Length; shift += 7)
        {
            var b = _message[_at++];
            value |= (ulong)(b & 0x7f) << shift;
            if ((b & 0x80) == 0) return true;
        }
        return false;
    }
}
