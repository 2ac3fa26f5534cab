using System.Buffers.Binary;
using System.Text;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Walks once over a CBOR request. <see cref="Read"/> goes to the next item, whose value is then in the properties; maps and lists are
/// entered with <see cref="Enter"/>, or passed over with <see cref="Skip"/>. Tags are passed over. Strings that come in chunks are put
/// together where they stand in the body, where they only get shorter. What is no CBOR throws at once; a value of a wrong type is noted and
/// thrown by <see cref="End"/>, because a body that does not parse is reported before its members.
/// </summary>
internal ref struct CborScanner(Span<byte> body)
{
    private const int DepthMax = 64;

    private readonly Span<byte> _body = body;
    private int _at;
    private int _depth;
    private long _count;
    private string? _wrongType;

    public ValueKind Kind { get; private set; }

    /// <summary>Of a text or a byte string: where its bytes begin in the body, and how many they are. Texts are valid UTF-8.</summary>
    public int Offset { get; private set; }
    public int Length { get; private set; }

    /// <summary>Clamped to 64 bits.</summary>
    public long Integer { get; private set; }
    public double Real { get; private set; }
    public bool Bool { get; private set; }

    public readonly ReadOnlySpan<byte> Content => _body.Slice(Offset, Length);

    public readonly string Text() => Encoding.UTF8.GetString(Content);

    public void Read()
    {
        var first = Byte();
        while ((first & 0xe0) == Cbor.Tag)
        {
            Argument(first);
            first = Byte();
        }
        switch (first & 0xe0)
        {
            case Cbor.Unsigned:
                Kind = ValueKind.Integer;
                Integer = (long)Math.Min(Argument(first), long.MaxValue);
                break;
            case Cbor.Negative:
                Kind = ValueKind.Integer;
                Integer = ~(long)Math.Min(Argument(first), long.MaxValue);
                break;
            case Cbor.Bytes:
                Kind = ValueKind.Bytes;
                ReadString(first);
                break;
            case Cbor.Text:
                Kind = ValueKind.Text;
                ReadString(first);
                if (!System.Text.Unicode.Utf8.IsValid(Content)) throw KinesisErrors.Malformed();
                break;
            case Cbor.List:
                Kind = ValueKind.List;
                _count = first == Cbor.ListStart ? -1 : Count(first);
                break;
            case Cbor.Map:
                Kind = ValueKind.Map;
                _count = first == Cbor.MapStart ? -1 : Count(first);
                break;
            default:
                ReadSimple(first);
                break;
        }
    }

    /// <summary>Goes into the list or map that was read; answers what <see cref="Next"/> counts down.</summary>
    public long Enter()
    {
        if (++_depth > DepthMax) throw KinesisErrors.Malformed();
        return _count;
    }

    /// <summary>Whether another item, or another name and its value, is to be read; false ends the list or map.</summary>
    public bool Next(ref long left)
    {
        if (left > 0)
        {
            left--;
            return true;
        }
        if (left < 0)
        {
            if (_at == _body.Length) throw KinesisErrors.Malformed();
            if (_body[_at] != Cbor.Break) return true;
            _at++;
        }
        _depth--;
        return false;
    }

    /// <summary>Passes over what is in the list or map that was read; nothing is left of any other item.</summary>
    public void Skip()
    {
        if (Kind is not (ValueKind.List or ValueKind.Map)) return;
        var isMap = Kind == ValueKind.Map;
        var left = Enter();
        while (Next(ref left))
        {
            Read();
            Skip();
            if (!isMap) continue;
            Read();
            Skip();
        }
    }

    /// <summary>Notes that the item that was read should be something else, unless an earlier one was wrong too, and passes over it.</summary>
    public void WrongType(string text)
    {
        _wrongType ??= text;
        Skip();
    }

    /// <summary>Throws what was noted, or that more follows where the body should end.</summary>
    public readonly void End()
    {
        if (_at != _body.Length) throw KinesisErrors.Malformed();
        if (_wrongType is { } text) throw KinesisErrors.WrongType(text);
    }

    private void ReadString(byte first)
    {
        if ((first & 0x1f) != Cbor.Indefinite)
        {
            Length = StringBytes(first);
            Offset = _at;
            _at += Length;
            return;
        }
        var major = first & 0xe0;
        Offset = _at;
        Length = 0;
        for (var head = Byte(); head != Cbor.Break; head = Byte())
        {
            if ((head & 0xe0) != major) throw KinesisErrors.Malformed();
            var bytes = StringBytes(head);
            _body.Slice(_at, bytes).CopyTo(_body[(Offset + Length)..]);
            Length += bytes;
            _at += bytes;
        }
    }

    private void ReadSimple(byte first)
    {
        switch (first & 0x1f)
        {
            case 20 or 21:
                Kind = ValueKind.Bool;
                Bool = first == Cbor.True;
                break;
            // Undefined says no more than null does.
            case 22 or 23:
                Kind = ValueKind.Null;
                break;
            case 25:
                Kind = ValueKind.Real;
                Real = (double)BinaryPrimitives.ReadHalfBigEndian(Take(2));
                break;
            case 26:
                Kind = ValueKind.Real;
                Real = BinaryPrimitives.ReadSingleBigEndian(Take(4));
                break;
            case 27:
                Kind = ValueKind.Real;
                Real = BinaryPrimitives.ReadDoubleBigEndian(Take(8));
                break;
            default:
                Kind = ValueKind.Unknown;
                // The second byte is for the numbers that do not fit into the first.
                if (Argument(first) < 32 && (first & 0x1f) == 24) throw KinesisErrors.Malformed();
                break;
        }
    }

    // More items than bytes can't be, so no count is believed that would only end at the end of the body.
    private long Count(byte first)
    {
        var count = Argument(first);
        return count <= (ulong)(_body.Length - _at) ? (long)count : throw KinesisErrors.Malformed();
    }

    private int StringBytes(byte first)
    {
        var bytes = Argument(first);
        return bytes <= (ulong)(_body.Length - _at) ? (int)bytes : throw KinesisErrors.Malformed();
    }

    private ulong Argument(byte first) => (first & 0x1f) switch
    {
        < 24 and var small => (ulong)small,
        24 => Byte(),
        25 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        26 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        27 => BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
        _ => throw KinesisErrors.Malformed(),
    };

    private byte Byte() => _at < _body.Length ? _body[_at++] : throw KinesisErrors.Malformed();

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (_body.Length - _at < bytes) throw KinesisErrors.Malformed();
        _at += bytes;
        return _body.Slice(_at - bytes, bytes);
    }
}
