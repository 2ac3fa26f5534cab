using System.Runtime.CompilerServices;
using System.Text.Json;
using ParquetSharp;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Of values of one size, those that are not null one behind the other.</summary>
internal abstract class FixedBuffer<T>(Column column) : ColumnBuffer(column)
    where T : unmanaged
{
    private T[] _values = new T[1_024];
    private int _count;
    private int _written;

    public override long HeldBytes => (long)_count * Unsafe.SizeOf<T>();

    protected ReadOnlySpan<T> Values => _values.AsSpan(0, _count);

    public override void WriteTo(ColumnWriter writer)
    {
        var typed = (ColumnWriter<T>)writer;
        if (Column.IsNullable) typed.WriteBatch(Rows, Levels, default, Values);
        else typed.WriteBatch(Values);
    }

    public override void WriteNext(ref AvroWriter output) => Write(ref output, _values[_written++]);

    protected abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    protected abstract void Write(ref AvroWriter output, T value);

    protected override string? Append(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        if (!TryRead(ref reader, out var value)) return Refuse(reader);
        if (_count == _values.Length) Array.Resize(ref _values, _count * 2);
        _values[_count++] = value;
        return null;
    }

    protected override void RemoveLast() => _count--;

    protected override void ClearValues() => _count = _written = 0;
}
