using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Formats;

/// <summary>
/// Avro 1.12's object container file:
/// <code>
/// "Obj" 1          magic
/// map              avro.schema, avro.codec
/// 16 bytes         marker
/// blocks of        number of records, bytes, the records, marker
/// </code>
/// </summary>
internal sealed class AvroEncoder : IObjectEncoder
{
    private const int MarkerBytes = 16;
    private const int LookEveryRows = 16;

    private readonly Stream _output;
    private readonly AvroFormat _format;
    private readonly ColumnSet _columns;
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly byte[] _marker;
    private bool _isFinished;

    public AvroEncoder(Stream output, AvroFormat format, IReadOnlyList<Column> columns, bool refusesOthers)
    {
        _output = output;
        _format = format;
        _columns = new ColumnSet(columns, format.Mapping, refusesOthers);
        var schema = AvroSchemas.Of(format.RecordName, columns);
        _marker = SHA256.HashData(schema)[..MarkerBytes];
        WriteHeader(schema);
    }

    public string? Add(ReadOnlySpan<byte> record)
    {
        if (_columns.Add(record) is { } problem) return problem;
        if (_columns.Rows % LookEveryRows == 0 && _columns.HeldBytes >= _format.BlockBytes) WriteBlock();
        return null;
    }

    public void Finish()
    {
        if (_isFinished) return;
        _isFinished = true;
        if (_columns.Rows > 0) WriteBlock();
    }

    public void Dispose()
    {
    }

    private void WriteHeader(byte[] schema)
    {
        var writer = new AvroWriter(_head);
        writer.WriteRaw("Obj\u0001"u8);
        writer.WriteLong(2);
        writer.WriteBytes("avro.schema"u8);
        writer.WriteBytes(schema);
        writer.WriteBytes("avro.codec"u8);
        writer.WriteBytes(_format.Codec == AvroCodec.Deflate ? "deflate"u8 : "null"u8);
        writer.WriteLong(0);
        writer.WriteRaw(_marker);
        _output.Write(_head.WrittenSpan);
    }

    private void WriteBlock()
    {
        _block.ResetWrittenCount();
        var writer = new AvroWriter(_block);
        for (var row = 0; row < _columns.Rows; row++)
        {
            foreach (var buffer in _columns.Buffers)
            {
                var isNull = buffer.IsNull(row);
                // A column that may be null is a union of null and its type.
                if (buffer.Column.IsNullable) writer.WriteLong(isNull ? 0 : 1);
                if (!isNull) buffer.WriteNext(ref writer);
            }
        }
        var packed = Packed();
        _head.ResetWrittenCount();
        var head = new AvroWriter(_head);
        head.WriteLong(_columns.Rows);
        head.WriteLong(packed.Length);
        _output.Write(_head.WrittenSpan);
        _output.Write(packed);
        _output.Write(_marker);
        _columns.Clear();
    }

    private ReadOnlySpan<byte> Packed()
    {
        if (_format.Codec == AvroCodec.None) return _block.WrittenSpan;
        var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, _format.Level, leaveOpen: true)) deflate.Write(_block.WrittenSpan);
        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }
}

/// <summary>Columns as Avro declares them.</summary>
internal static class AvroSchemas
{
    public static byte[] Of(string recordName, IReadOnlyList<Column> columns)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", "record");
            json.WriteString("name", recordName);
            json.WriteStartArray("fields");
            foreach (var column in columns)
            {
                if (NameProblem(column.Name) is { } problem) throw new ArgumentException(problem, nameof(columns));
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WritePropertyName("type");
                if (column.IsNullable)
                {
                    json.WriteStartArray();
                    json.WriteStringValue("null");
                    WriteType(json, column.Type);
                    json.WriteEndArray();
                    json.WriteNull("default");
                }
                else
                {
                    WriteType(json, column.Type);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return output.ToArray();
    }

    /// <summary>Null where the column can be in a schema.</summary>
    public static string? NameProblem(string column) =>
        column.Length > 0 && !char.IsAsciiDigit(column[0]) && column.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? null
            : $"column `{column}` has no name of Avro's: letters, digits and _ are allowed, and a digit may not be the first";

    private static void WriteType(Utf8JsonWriter json, ColumnType type)
    {
        switch (type.Kind)
        {
            case ColumnKind.Boolean: json.WriteStringValue("boolean"); break;
            case ColumnKind.TinyInt or ColumnKind.SmallInt or ColumnKind.Int: json.WriteStringValue("int"); break;
            case ColumnKind.BigInt: json.WriteStringValue("long"); break;
            case ColumnKind.Float: json.WriteStringValue("float"); break;
            case ColumnKind.Double: json.WriteStringValue("double"); break;
            case ColumnKind.String: json.WriteStringValue("string"); break;
            case ColumnKind.Binary: json.WriteStringValue("bytes"); break;
            case ColumnKind.Date: WriteLogical(json, "int", "date"); break;
            case ColumnKind.Timestamp: WriteLogical(json, "long", "timestamp-micros"); break;
            default: WriteLogical(json, "bytes", "decimal", type); break;
        }
    }

    private static void WriteLogical(Utf8JsonWriter json, string type, string logical, ColumnType? decimals = null)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("logicalType", logical);
        if (decimals is not null)
        {
            json.WriteNumber("precision", decimals.Precision);
            json.WriteNumber("scale", decimals.Scale);
        }
        json.WriteEndObject();
    }
}
