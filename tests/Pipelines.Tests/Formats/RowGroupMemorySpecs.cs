using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Formats.Columns;
using ParquetSharp;
using Column = ActorStreams.Pipelines.Formats.Columns.Column;

namespace ActorStreams.Pipelines.Tests.Formats;

public sealed class RowGroupMemorySpecs
{
    private const int Objects = 20;
    private const int Records = 400;
    private const long BytesMax = 4 << 20;
    private static readonly Column[] s_columns = [new("text", ColumnType.Parse("string", out _)!)];

    [Fact]
    public void Many_open_objects_hold_no_more_together_and_lose_nothing()
    {
        var memory = new RowGroupMemory(BytesMax);
        var format = new ParquetFormat(s_columns) { Memory = memory };
        var files = Enumerable.Range(0, Objects).Select(_ => new MemoryStream()).ToList();
        var encoders = files.Select(f => format.Open(f)).ToList();
        var most = 0L;

        for (var i = 0; i < Records; i++)
        {
            foreach (var encoder in encoders) Assert.Null(encoder.Add(Record(i)));
            most = Math.Max(most, memory.Held);
        }
        foreach (var encoder in encoders)
        {
            encoder.Finish();
            encoder.Dispose();
        }

        // Each is looked at after 16 records.
        Assert.InRange(most, BytesMax / 2, BytesMax + (Objects * 16 * Record(0).Length));
        Assert.Equal(0, memory.Held);
        var groups = files.Select(file =>
        {
            using var reader = new ParquetFileReader(new ParquetSharp.IO.ManagedRandomAccessFile(new MemoryStream(file.ToArray())));
            Assert.Equal(Records, reader.FileMetaData.NumRows);
            return reader.FileMetaData.NumRowGroups;
        });
        // As few as it takes.
        Assert.InRange(groups.Sum(), Objects + 1, Objects * 6);
    }

    [Fact]
    public void One_that_is_given_up_gives_back_what_it_held()
    {
        var memory = new RowGroupMemory(BytesMax);
        using (var encoder = new ParquetFormat(s_columns) { Memory = memory }.Open(new MemoryStream()))
        {
            for (var i = 0; i < 32; i++) encoder.Add(Record(i));
            Assert.True(memory.Held > 0);
        }

        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public void Without_need_a_row_group_is_as_large_as_it_may_be()
    {
        var file = new MemoryStream();
        using (var encoder = new ParquetFormat(s_columns) { Memory = new RowGroupMemory(1 << 30) }.Open(file))
        {
            for (var i = 0; i < Records; i++) encoder.Add(Record(i));
            encoder.Finish();
        }

        using var reader = new ParquetFileReader(new ParquetSharp.IO.ManagedRandomAccessFile(new MemoryStream(file.ToArray())));
        Assert.Equal(1, reader.FileMetaData.NumRowGroups);
    }

    [Fact]
    public void What_is_written_is_held_no_more_whatever_it_was_written_for()
    {
        var memory = new RowGroupMemory(1 << 30);
        using var encoder = new ParquetFormat(s_columns) { Memory = memory, RowGroupRowsMax = 40 }.Open(Stream.Null);

        for (var i = 0; i < 40; i++) encoder.Add(Record(i));

        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public void What_is_told_to_be_given_back_is()
    {
        const int objects = 8;
        const int rowGroupBytes = 16 << 20;
        var memory = new RowGroupMemory(1 << 30);
        var format = new ParquetFormat(s_columns) { Memory = memory, RowGroupBytes = rowGroupBytes, Compression = ParquetCompression.Uncompressed, HasDictionaries = false };
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var encoders = Enumerable.Range(0, objects).Select(_ => format.Open(Stream.Null)).ToList();
        foreach (var encoder in encoders)
        {
            var held = 0L;
            for (var i = 0; memory.Held >= held; i++)
            {
                held = memory.Held;
                encoder.Add(Record(i));
            }
        }

        Assert.Equal(0, memory.Held);
        // Specs beside it hold some too.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, objects * rowGroupBytes / 2);
        encoders.ForEach(encoder => encoder.Dispose());
    }

    private static byte[] Record(int i) => System.Text.Encoding.ASCII.GetBytes($$"""{"text":"{{i:0000}}{{new string('x', 2_000)}}"}""");
}
