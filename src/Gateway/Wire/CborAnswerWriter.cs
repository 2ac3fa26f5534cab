using System.Buffers;
using System.Text;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// CBOR as the service writes it: objects and lists of indefinite length, times as tag 1 over an integer of milliseconds, which is
/// what the AWS SDKs read, and not the seconds of RFC 8949; blobs are byte strings.
/// </summary>
internal sealed class CborAnswerWriter : AnswerWriter
{
    private readonly IBufferWriter<byte> _buffer;

    private CborAnswerWriter(IBufferWriter<byte> buffer) => _buffer = buffer;

    public static void Encode(IBufferWriter<byte> buffer, Action<AnswerWriter> members)
    {
        var writer = new CborAnswerWriter(buffer);
        writer.StartObject();
        members(writer);
        writer.EndObject();
    }

    public override void StartObject() => Byte(Cbor.MapStart);

    public override void StartObject(string name)
    {
        StringValue(name);
        Byte(Cbor.MapStart);
    }

    public override void EndObject() => Byte(Cbor.Break);

    public override void StartArray(string name)
    {
        StringValue(name);
        Byte(Cbor.ListStart);
    }

    public override void EndArray() => Byte(Cbor.Break);

    public override void StringValue(string value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        Head(Cbor.Text, (ulong)bytes);
        Encoding.UTF8.GetBytes(value, _buffer.GetSpan(bytes));
        _buffer.Advance(bytes);
    }

    public override void String(string name, string? value)
    {
        if (value is null) return;
        StringValue(name);
        StringValue(value);
    }

    public override void Number(string name, long? value)
    {
        if (value is not { } number) return;
        StringValue(name);
        Integer(number);
    }

    public override void Bool(string name, bool? value)
    {
        if (value is not { } known) return;
        StringValue(name);
        Byte(known ? Cbor.True : Cbor.False);
    }

    public override void Timestamp(string name, DateTimeOffset? value)
    {
        if (value is not { } time) return;
        StringValue(name);
        Byte(Cbor.TimestampTag);
        Integer(time.ToUnixTimeMilliseconds());
    }

    public override void Blob(string name, ReadOnlySpan<byte> value)
    {
        StringValue(name);
        Head(Cbor.Bytes, (ulong)value.Length);
        _buffer.Write(value);
    }

    // A negative number stands as what is left of it after -1: all bits turned over.
    private void Integer(long value) => Head(value < 0 ? Cbor.Negative : Cbor.Unsigned, (ulong)(value < 0 ? ~value : value));

    private void Head(byte major, ulong value) => _buffer.Advance(Cbor.WriteHead(_buffer.GetSpan(Cbor.HeadBytesMax), major, value));

    private void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }
}
