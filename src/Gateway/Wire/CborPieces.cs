using System.Buffers;
using System.Text;

namespace ActorStreams.Gateway.Wire;

/// <summary>Puts together the fixed parts of an answer that is written by hand.</summary>
internal sealed class CborPieces
{
    private readonly ArrayBufferWriter<byte> _bytes = new(64);

    public CborPieces Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public CborPieces Head(byte major, long value)
    {
        _bytes.Advance(Cbor.WriteHead(_bytes.GetSpan(Cbor.HeadBytesMax), major, (ulong)value));
        return this;
    }

    public CborPieces Text(string value)
    {
        Head(Cbor.Text, Encoding.UTF8.GetByteCount(value));
        _bytes.Write(Encoding.UTF8.GetBytes(value));
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
