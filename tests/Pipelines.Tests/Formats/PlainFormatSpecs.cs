using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ActorStreams.Pipelines.Formats;
using Snappier;
using ZstdSharp;

namespace ActorStreams.Pipelines.Tests.Formats;

public sealed class PlainFormatSpecs
{
    public static TheoryData<CompressionFormat> All => [.. Enum.GetValues<CompressionFormat>()];

    [Theory]
    [MemberData(nameof(All))]
    public void What_was_added_is_read_back(CompressionFormat compression)
    {
        var records = Records(3_000).Append(new byte[300_000]).ToList();

        var bytes = Encode(new PlainFormat(compression) { Delimiter = "\n"u8.ToArray() }, records);

        Assert.Equal(Concatenated(records, "\n"u8), Decompress(compression, bytes));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_record_is_an_empty_object(CompressionFormat compression) =>
        Assert.Empty(Decompress(compression, Encode(new PlainFormat(compression), [])));

    [Theory]
    [MemberData(nameof(All))]
    public void The_same_records_give_the_same_bytes_also_to_a_file(CompressionFormat compression)
    {
        var records = Records(500);
        var path = Path.Combine(Path.GetTempPath(), $"plain-{Guid.NewGuid():N}");
        try
        {
            using (var file = File.Create(path))
            using (var encoder = new PlainFormat(compression).Open(file))
            {
                foreach (var record in records) encoder.Add(record);
                encoder.Finish();
                Assert.True(file.CanWrite);
            }

            Assert.Equal(Encode(new PlainFormat(compression), records), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void No_clock_stands_in_a_header()
    {
        var gzip = Encode(new PlainFormat(CompressionFormat.Gzip), Records(1));
        var zip = Encode(new PlainFormat(CompressionFormat.Zip), Records(1));

        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(gzip.AsSpan(4)));
        // Time 00:00:00 and date 1980-01-01 in MS-DOS form.
        Assert.Equal((0, 0x21), (BinaryPrimitives.ReadInt16LittleEndian(zip.AsSpan(10)), BinaryPrimitives.ReadInt16LittleEndian(zip.AsSpan(12))));
    }

    [Theory]
    [InlineData("UNCOMPRESSED", "")]
    [InlineData("GZIP", ".gz")]
    [InlineData("ZIP", ".zip")]
    [InlineData("Snappy", ".snappy")]
    [InlineData("HADOOP_SNAPPY", ".hsnappy")]
    [InlineData("ZSTD", ".zst")]
    public void The_extension_follows_from_the_compression(string name, string extension)
    {
        Assert.True(CompressionFormats.TryParse(name, out var compression));
        Assert.Equal(extension, new PlainFormat(compression).Extension);
        Assert.Contains(name, CompressionFormats.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void The_object_grows_while_records_come()
    {
        var output = new MemoryStream();
        using var encoder = new PlainFormat(CompressionFormat.HadoopSnappy).Open(output);

        for (var i = 0; i < 1_000; i++) encoder.Add(RandomBytes(1_000, i));

        // A million bytes that do not shrink; what is held back is a block and a buffer.
        Assert.True(output.Length > 1_000_000 - 200_000, $"Only {output.Length} bytes are out.");
    }

    [Fact]
    public void An_object_given_up_leaves_the_output_open()
    {
        var output = new MemoryStream();
        var encoder = new PlainFormat(CompressionFormat.Gzip).Open(output);
        encoder.Add("x"u8);

        encoder.Dispose();
        encoder.Dispose();

        Assert.True(output.CanWrite);
    }

    private static List<byte[]> Records(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($$"""{"badge":{{i}},"zone":"z{{i % 7}}","text":"{{new string('x', i % 50)}}"}"""))];

    private static byte[] RandomBytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Encode(PlainFormat format, IEnumerable<byte[]> records)
    {
        var output = new MemoryStream();
        using var encoder = format.Open(output);
        foreach (var record in records) Assert.Null(encoder.Add(record));
        encoder.Finish();
        return output.ToArray();
    }

    private static byte[] Concatenated(IEnumerable<byte[]> records, ReadOnlySpan<byte> delimiter)
    {
        var all = new MemoryStream();
        foreach (var record in records)
        {
            all.Write(record);
            all.Write(delimiter);
        }
        return all.ToArray();
    }

    private static byte[] Decompress(CompressionFormat compression, byte[] bytes)
    {
        var input = new MemoryStream(bytes);
        using Stream plain = compression switch
        {
            CompressionFormat.Uncompressed => input,
            CompressionFormat.Gzip => new GZipStream(input, CompressionMode.Decompress),
            CompressionFormat.Zip => new ZipArchive(input).Entries.Single().Open(),
            CompressionFormat.Snappy => new SnappyStream(input, CompressionMode.Decompress),
            CompressionFormat.HadoopSnappy => new MemoryStream(FromHadoop(bytes)),
            _ => new DecompressionStream(input),
        };
        var output = new MemoryStream();
        plain.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] FromHadoop(ReadOnlySpan<byte> bytes)
    {
        var output = new MemoryStream();
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            var chunk = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
            var block = Snappy.DecompressToArray(bytes.Slice(8, chunk));
            Assert.Equal(length, block.Length);
            output.Write(block);
            bytes = bytes[(8 + chunk)..];
        }
        return output.ToArray();
    }
}
