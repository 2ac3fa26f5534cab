using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>
/// Text and bytes, one behind the other in an array that does not move, so that Parquet's writer reads them where they are. Text columns
/// take anything: numbers and truth values as they are written, objects and arrays as their JSON.
/// </summary>
internal sealed class BytesBuffer(Column column) : ColumnBuffer(column)
{
    private readonly int _lengthMax = column.Type.LengthMax;
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private int[] _ends = new int[1_024];
    private ByteArray[] _views = [];
    private int _count;
    private int _written;

    public override long HeldBytes => Used + ((long)_count * sizeof(int));

    private int Used => _count == 0 ? 0 : _ends[_count - 1];

    public override void WriteTo(ColumnWriter writer)
    {
        if (_views.Length < _count) _views = new ByteArray[_ends.Length];
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        var from = 0;
        for (var i = 0; i < _count; i++)
        {
            _views[i] = new ByteArray(start + from, _ends[i] - from);
            from = _ends[i];
        }
        var typed = (ColumnWriter<ByteArray>)writer;
        var values = _views.AsSpan(0, _count);
        if (Column.IsNullable) typed.WriteBatch(Rows, Levels, default, values);
        else typed.WriteBatch(values);
    }

    public override void WriteNext(ref AvroWriter output)
    {
        var from = _written == 0 ? 0 : _ends[_written - 1];
        output.WriteBytes(_bytes.AsSpan(from, _ends[_written++] - from));
    }

    protected override string? Append(ref Utf8JsonReader reader, ReadOnlySpan<byte> record)
    {
        if (_count == _ends.Length) Array.Resize(ref _ends, _count * 2);
        var used = Used;
        int length;
        if (Column.Type.Kind == ColumnKind.Binary)
        {
            if (!TryPlain(reader, out var base64) && !(reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty)) return Refuse(reader);
            MakeRoom(used + Base64.GetMaxDecodedFromUtf8Length(base64.Length));
            if (reader.TokenType != JsonTokenType.String || Base64.DecodeFromUtf8(base64, _bytes.AsSpan(used), out _, out length) != System.Buffers.OperationStatus.Done)
                return $"{Refuse(reader)}, which is written in Base64";
        }
        else if (reader.TokenType == JsonTokenType.String)
        {
            MakeRoom(used + reader.ValueSpan.Length);
            try
            {
                length = reader.CopyString(_bytes.AsSpan(used));
            }
            catch (InvalidOperationException)
            {
                return "the text is not valid Unicode";
            }
        }
        else
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) reader.Skip();
            var json = record[start..(int)reader.BytesConsumed];
            if (!System.Text.Unicode.Utf8.IsValid(json)) return "the text is not valid Unicode";
            MakeRoom(used + json.Length);
            json.CopyTo(_bytes.AsSpan(used));
            length = json.Length;
        }
        if (_lengthMax > 0 && length > _lengthMax && Encoding.UTF8.GetCharCount(_bytes, used, length) > _lengthMax)
            return $"the text has {Encoding.UTF8.GetCharCount(_bytes, used, length)} characters, and {Column.Type} takes up to {_lengthMax}";
        _ends[_count++] = used + length;
        return null;
    }

    protected override void RemoveLast() => _count--;

    protected override void ClearValues() => _count = _written = 0;

    private void MakeRoom(int bytes)
    {
        if (bytes <= _bytes.Length) return;
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(bytes, _bytes.Length * 2), pinned: true);
        _bytes.AsSpan(0, Used).CopyTo(larger);
        _bytes = larger;
    }
}
