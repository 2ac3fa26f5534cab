using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using ParquetSharp;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Decimals of more than 18 digits: 16 bytes, big-endian, two's complement.</summary>
internal sealed class WideDecimalBuffer(Column column) : ColumnBuffer(column)
{
    public const int ValueBytes = 16;

    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(1_024 * ValueBytes, pinned: true);
    private int _count;
    private int _written;

    public override long HeldBytes => (long)_count * ValueBytes;

    public override void WriteTo(ColumnWriter writer)
    {
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        var values = new FixedLenByteArray[_count];
        for (var i = 0; i < _count; i++) values[i] = new FixedLenByteArray(start + (i * ValueBytes));
        var typed = (ColumnWriter<FixedLenByteArray>)writer;
        if (Column.IsNullable) typed.WriteBatch(Rows, Levels, default, values);
        else typed.WriteBatch(values);
    }

    public override void WriteNext(ref AvroWriter output) => output.WriteBytes(_bytes.AsSpan(_written++ * ValueBytes, ValueBytes));

    protected override string? Append(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        if (!TryPlain(reader, out var text) || !Decimals.TryRead(text, Column.Type.Precision, Column.Type.Scale, out var unscaled)) return Refuse(reader);
        if ((_count + 1) * ValueBytes > _bytes.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(_bytes.Length * 2, pinned: true);
            _bytes.CopyTo(larger, 0);
            _bytes = larger;
        }
        BinaryPrimitives.WriteInt128BigEndian(_bytes.AsSpan(_count++ * ValueBytes), unscaled);
        return null;
    }

    protected override void RemoveLast() => _count--;

    protected override void ClearValues() => _count = _written = 0;
}
