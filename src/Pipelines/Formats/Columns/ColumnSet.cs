using System.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>
/// Reads records' JSON into columns. Producers mostly write their keys in the same order, so each key is first compared with the one that
/// stood in its place in the record before, and only then looked up.
/// </summary>
internal sealed class ColumnSet
{
    /// <summary>Beyond it keys are looked up one by one; it bounds the memory that records of many keys take.</summary>
    private const int RememberedMax = 1_000;

    private readonly ColumnBuffer[] _buffers;
    private readonly Dictionary<string, ColumnBuffer> _byKey = new(StringComparer.Ordinal);
    private readonly List<(byte[] Key, ColumnBuffer? Column)> _remembered = [];
    private readonly JsonMapping _mapping;
    private readonly bool _refusesOthers;

    /// <param name="refusesOthers">A key without a column fails the record; else it is left out, as a table leaves out what it has no column for.</param>
    public ColumnSet(IReadOnlyList<Column> columns, JsonMapping mapping, bool refusesOthers)
    {
        _mapping = mapping;
        _refusesOthers = refusesOthers;
        _buffers = [.. columns.Select(c => BufferOf(c, mapping))];
        foreach (var buffer in _buffers)
        {
            if (!_byKey.TryAdd(mapping.KeyOf(buffer.Column), buffer))
                throw new ArgumentException($"Two columns are read from the key {mapping.KeyOf(buffer.Column)}.", nameof(columns));
        }
    }

    public IReadOnlyList<ColumnBuffer> Buffers => _buffers;

    public int Rows { get; private set; }

    /// <summary>What the values take, by how far the buffers have grown since they were cleared.</summary>
    public long HeldBytes
    {
        get
        {
            var bytes = (long)Rows * _buffers.Length * sizeof(short);
            foreach (var buffer in _buffers) bytes += buffer.HeldBytes;
            return bytes;
        }
    }

    /// <summary>Adds a record whole, or not at all and says why.</summary>
    public string? Add(ReadOnlySpan<byte> record)
    {
        string? problem;
        try
        {
            problem = Read(record) ?? Missing();
        }
        catch (JsonException e)
        {
            problem = $"The data is not JSON: wrong at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}.";
        }
        if (problem is not null)
        {
            foreach (var buffer in _buffers) buffer.Undo();
            return problem;
        }
        foreach (var buffer in _buffers) buffer.EndRow();
        Rows++;
        return null;
    }

    public void Clear()
    {
        foreach (var buffer in _buffers) buffer.Clear();
        Rows = 0;
    }

    private string? Read(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        string? problem = null;
        var place = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return "The data is not a JSON object.";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = ColumnOf(reader, place++, ref problem);
            reader.Read();
            if (column is null) reader.Skip();
            else if (column.Set(ref reader, record) is { } wrong)
            {
                problem ??= $"column `{column.Column.Name}`: {wrong}";
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) reader.Skip();
            }
        }
        // What stands behind the object makes the record no JSON.
        reader.Read();
        return problem;
    }

    private string? Missing()
    {
        foreach (var buffer in _buffers)
        {
            if (!buffer.MayEnd) return $"column `{buffer.Column.Name}`: the record has no value, and the column takes no null";
        }
        return null;
    }

    private ColumnBuffer? ColumnOf(in Utf8JsonReader reader, int place, ref string? problem)
    {
        ColumnBuffer? column;
        if (place < _remembered.Count && reader.ValueSpan.SequenceEqual(_remembered[place].Key))
        {
            column = _remembered[place].Column;
        }
        else
        {
            column = Find(reader, out var isText);
            if (!isText) problem ??= "A key is not valid Unicode.";
            else if (place < _remembered.Count) _remembered[place] = (reader.ValueSpan.ToArray(), column);
            else if (place < RememberedMax) _remembered.Add((reader.ValueSpan.ToArray(), column));
        }
        if (column is null && _refusesOthers) problem ??= $"The key \"{Encoding.UTF8.GetString(reader.ValueSpan)}\" has no column: no record had it of those that the columns were inferred from.";
        return column;
    }

    private ColumnBuffer? Find(in Utf8JsonReader reader, out bool isText)
    {
        isText = true;
        try
        {
            return _byKey.GetValueOrDefault(_mapping.Normalized(reader.GetString()!));
        }
        catch (InvalidOperationException)
        {
            isText = false;
            return null;
        }
    }

    private static ColumnBuffer BufferOf(Column column, JsonMapping mapping) => column.Type.Kind switch
    {
        ColumnKind.Boolean => new BooleanBuffer(column),
        ColumnKind.TinyInt or ColumnKind.SmallInt or ColumnKind.Int => new IntBuffer(column),
        ColumnKind.BigInt => new LongBuffer(column),
        ColumnKind.Float => new FloatBuffer(column),
        ColumnKind.Double => new DoubleBuffer(column),
        ColumnKind.Decimal when column.Type.Precision <= 9 => new SmallDecimalBuffer(column),
        ColumnKind.Decimal when column.Type.Precision <= 18 => new DecimalBuffer(column),
        ColumnKind.Decimal => new WideDecimalBuffer(column),
        ColumnKind.Date => new DateBuffer(column),
        ColumnKind.Timestamp => new TimestampBuffer(column, mapping.TimestampFormats),
        ColumnKind.String or ColumnKind.Binary => new BytesBuffer(column),
        _ => throw new ArgumentException($"{column.Type} is no type of a column.", nameof(column)),
    };
}
