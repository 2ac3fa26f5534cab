using System.Text;
using ActorStreams.Agent.Files;
using ActorStreams.Agent.Processing;

namespace ActorStreams.Agent.Tests.Files;

public sealed class RecordReaderSpecs
{
    private static readonly RecordShape s_lines = new(null, 0, 0, 1024);

    [Fact]
    public void A_line_is_a_record_once_it_has_its_end()
    {
        var content = new Bytes("one\n\ntwo\nthr");

        Assert.Equal(["one\n|4", "\n|5", "two\n|9"], All(content, s_lines, EndOfFile.Waits));
        Assert.Equal(["one\n|4", "\n|5", "two\n|9", "thr|12!"], All(content, s_lines, EndOfFile.TakesAll));
    }

    [Fact]
    public void Header_lines_are_passed_over_at_the_beginning_alone()
    {
        var shape = s_lines with { HeaderLines = 2 };

        Assert.Equal(["c\n|6"], All(new Bytes("a\nb\nc\n"), shape, EndOfFile.Waits));
        Assert.Equal(["b\n|4", "c\n|6"], All(new Bytes("a\nb\nc\n"), shape, EndOfFile.Waits, offset: 2));
        Assert.Empty(All(new Bytes("a\n"), shape, EndOfFile.Waits));
    }

    [Fact]
    public void A_record_of_several_lines_ends_where_the_next_one_begins()
    {
        var shape = s_lines with { StartPattern = RecordConverter.Compile(@"\A(?:\[)") };
        var content = new Bytes("[1] a\n  more\n[2] b\n  more\n");

        Assert.Equal(["[1] a\n  more\n|13"], All(content, shape, EndOfFile.Waits));
        Assert.Equal(["[1] a\n  more\n|13", "[2] b\n  more\n|26!"], All(content, shape, EndOfFile.TakesLines));
    }

    [Fact]
    public void What_ended_by_time_ends_there_again_though_more_came()
    {
        var shape = s_lines with { StartPattern = RecordConverter.Compile(@"\A(?:\[)") };
        var grown = new Bytes("[1] a\n  more\n  late\n[2] b\n");

        Assert.Equal(["[1] a\n  more\n|13", "  late\n|20"], All(grown, shape, EndOfFile.Waits, cuts: [13]));
        Assert.Equal(["half|4", " a line\n|12"], All(new Bytes("half a line\nand"), s_lines, EndOfFile.Waits, cuts: [4]).ToArray());
    }

    [Fact]
    public void Lines_are_joined_up_to_a_size()
    {
        var shape = s_lines with { AggregatedBytes = 10 };

        Assert.Equal(["aaa\nbbb\n|8", "ccc\nddd\n|16"], All(new Bytes("aaa\nbbb\nccc\nddd\neee\n"), shape, EndOfFile.Waits));
    }

    [Fact]
    public void Of_a_line_of_megabytes_the_beginning_is_kept_in_bounded_memory()
    {
        var text = new string('x', 20_000_000) + "\nshort\n";
        var content = new Bytes(text);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var records = All(content, s_lines, EndOfFile.Waits);

        Assert.Equal([new string('x', 1024) + "|20000001", "short\n|20000007"], records);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000, "It allocated more than a few chunks.");
    }

    [Fact]
    public void The_tail_is_that_of_the_file_wherever_the_reader_stands()
    {
        var content = new Bytes(string.Concat(Enumerable.Range(0, 100).Select(i => new string((char)('a' + (i % 26)), i) + "\n")));
        var reader = new RecordReader(content, s_lines, 0, []);

        while (reader.TryPeek(EndOfFile.Waits))
        {
            reader.Advance();
            Assert.Equal(Fingerprint.TailOf(content, reader.Offset), reader.Tail);
        }
        Assert.Equal(content.Length, reader.Offset);
    }

    /// <summary>Each record with the offset behind it, and a mark where time ended it.</summary>
    private static List<string> All(FileContent content, RecordShape shape, EndOfFile end, long offset = 0, long[]? cuts = null)
    {
        var reader = new RecordReader(content, shape, offset, cuts ?? []);
        var records = new List<string>();
        while (reader.TryPeek(end))
        {
            records.Add($"{Encoding.UTF8.GetString(reader.Data.Span)}|{reader.Offset + reader.Length}{(reader.IsEndedByTime ? "!" : "")}");
            reader.Advance();
        }
        return records;
    }

    private sealed class Bytes(string text) : FileContent
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

        public int Length => _bytes.Length;

        public override bool CanChange => false;

        public override FileStatus Status => throw new NotSupportedException();

        public override int Read(Span<byte> buffer, long offset)
        {
            var count = (int)Math.Clamp(_bytes.Length - offset, 0, buffer.Length);
            _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), count).CopyTo(buffer);
            return count;
        }

        public override void Dispose() { }
    }
}
