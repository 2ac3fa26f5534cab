using ActorStreams.Pipelines.Formats.Columns;
using ParquetSharp;
using ParquetSharp.Schema;
using Column = ActorStreams.Pipelines.Formats.Columns.Column;

namespace ActorStreams.Pipelines.Formats;

internal sealed class ParquetEncoder : IObjectEncoder
{
    /// <summary>How often the size is looked at; a record has at most a megabyte.</summary>
    private const int LookEveryRows = 16;

    private readonly ParquetFormat _format;
    private readonly Func<ColumnSet> _newColumns;
    private readonly ParquetFileWriter _writer;
    private readonly RowGroupMemory.Share? _memory;
    private ColumnSet _columns;
    private bool _isFinished;
    private bool _isDisposed;

    public ParquetEncoder(Stream output, ParquetFormat format, IReadOnlyList<Column> columns, bool refusesOthers)
    {
        _format = format;
        _newColumns = () => new ColumnSet(columns, format.Mapping, refusesOthers);
        _columns = _newColumns();
        using var properties = PropertiesOf(format);
        using var schema = ParquetSchemas.Of(columns);
        _writer = new ParquetFileWriter(new OpenEndedStream(output), schema, properties, keyValueMetadata: null, leaveOpen: true);
        _memory = format.Memory?.Open();
    }

    public string? Add(ReadOnlySpan<byte> record)
    {
        if (_columns.Add(record) is { } problem) return problem;
        if (_columns.Rows >= _format.RowGroupRowsMax) NextRowGroup();
        else if (_columns.Rows % LookEveryRows == 0) Look(_columns.HeldBytes);
        return null;
    }

    public void Finish()
    {
        if (_isFinished) return;
        _isFinished = true;
        if (_columns.Rows > 0) WriteRowGroup();
        _writer.Close();
        _memory?.Dispose();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _memory?.Dispose();
        try
        {
            _writer.Dispose();
        }
        catch (Exception e) when (e is ParquetException or IOException)
        {
            // Either the object is given up and need not have an end, or Finish has told of it.
        }
    }

    private void Look(long held)
    {
        var isTooMuch = _memory?.Hold(held) ?? false;
        if (isTooMuch || held >= _format.RowGroupBytes) NextRowGroup();
    }

    private void NextRowGroup()
    {
        WriteRowGroup();
        if (_memory is null)
        {
            _columns.Clear();
            return;
        }
        // Cleared buffers would keep their size, and others count on what is given back.
        _columns = _newColumns();
        _memory.Hold(0);
    }

    private void WriteRowGroup()
    {
        using var group = _writer.AppendRowGroup();
        foreach (var buffer in _columns.Buffers)
        {
            using var writer = group.NextColumn();
            buffer.WriteTo(writer);
        }
        group.Close();
    }

    private static WriterProperties PropertiesOf(ParquetFormat format)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(format.Compression switch
        {
            ParquetCompression.Uncompressed => Compression.Uncompressed,
            ParquetCompression.Snappy => Compression.Snappy,
            ParquetCompression.Gzip => Compression.Gzip,
            ParquetCompression.Zstd => Compression.Zstd,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format.Compression, "No such compression."),
        });
        if (format.Compression == ParquetCompression.Zstd) builder.CompressionLevel(format.ZstdLevel);
        // As with plain objects: the fastest.
        if (format.Compression == ParquetCompression.Gzip) builder.CompressionLevel(1);
        if (!format.HasDictionaries) builder.DisableDictionary();
        builder.DataPagesize(format.PageBytes);
        builder.CreatedBy("ActorStreams");
        return builder.Build();
    }
}
