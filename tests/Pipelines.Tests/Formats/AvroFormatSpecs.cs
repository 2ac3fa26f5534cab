using System.Text;
using ActorStreams.Pipelines.Formats;
using Avro;
using Avro.File;
using Avro.Generic;

namespace ActorStreams.Pipelines.Tests.Formats;

/// <summary>What is written is read back by Apache's own library.</summary>
public sealed class AvroFormatSpecs
{
    [Theory]
    [InlineData(AvroCodec.None)]
    [InlineData(AvroCodec.Deflate)]
    public void Every_type_has_its_value_again(AvroCodec codec)
    {
        var format = new AvroFormat(ParquetFormatSpecs.Table("b boolean", "i int", "l bigint", "f float", "d double", "m decimal(9,2)", "w decimal(38,2)", "x string", "y binary", "a date", "z timestamp", "k bigint not null"))
        {
            Codec = codec,
        };

        var bytes = Encode(format,
            """{"b":true,"i":-5,"l":9223372036854775807,"f":1.5,"d":-2.25,"m":-1234567.89,"w":123456789012345678901234567890.12,"x":"\u00e4","y":"AAECgA==","a":"2026-03-09","z":"2026-03-09T15:04:05.123456Z","k":1}""",
            """{"k":2}""");
        var records = Read(bytes);

        var first = records[0];
        Assert.Equal((true, -5, 9223372036854775807L, 1.5f, -2.25), ((bool)first["b"], (int)first["i"], (long)first["l"], (float)first["f"], (double)first["d"]));
        Assert.Equal("-1234567.89|123456789012345678901234567890.12", $"{(AvroDecimal)first["m"]}|{(AvroDecimal)first["w"]}");
        Assert.Equal(("\u00e4", "000102 80".Replace(" ", "", StringComparison.Ordinal)), ((string)first["x"], Convert.ToHexString((byte[])first["y"])));
        Assert.Equal(new DateTime(2026, 3, 9), (DateTime)first["a"]);
        Assert.Equal(new DateTime(2026, 3, 9, 15, 4, 5, DateTimeKind.Utc).AddTicks(1_234_560), ((DateTime)first["z"]).ToUniversalTime());
        Assert.All(new[] { "b", "i", "l", "f", "d", "m", "w", "x", "y", "a", "z" }, name => Assert.Null(records[1][name]));
        Assert.Equal(2L, records[1]["k"]);
    }

    [Fact]
    public void Many_blocks_have_all_records_in_order_and_the_same_bytes_each_time()
    {
        var format = new AvroFormat(Columns: null) { BlockBytes = 4_096 };
        var records = Enumerable.Range(0, 5_000).Select(i => $$"""{"i":{{i}},"x":"{{i % 7}}"}""").ToArray();

        var bytes = Encode(format, records);

        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => (long)i), Read(bytes).Select(r => (long)r["i"]));
        Assert.Equal(bytes, Encode(format, records));
    }

    [Fact]
    public void A_name_that_avro_has_not_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new AvroFormat(ParquetFormatSpecs.Table("a-b int")).Open(Stream.Null));

        Assert.Contains("`a-b` has no name of Avro's", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_with_a_key_that_avro_has_not_is_refused_and_the_others_are_there()
    {
        var output = new MemoryStream();
        using var encoder = new AvroFormat(Columns: null).Open(output);

        Assert.Null(encoder.Add("""{"zone":"north"}"""u8));
        Assert.Equal(
            "column `badge-id` has no name of Avro's: letters, digits and _ are allowed, and a digit may not be the first",
            encoder.Add("""{"zone":"east","badge-id":17}"""u8));
        Assert.Null(encoder.Add("""{"zone":"south","badge_id":18}"""u8));
        encoder.Finish();

        Assert.Equal(["north ", "south 18"], Read(output.ToArray()).Select(r => $"{r["zone"]} {r["badge_id"]}"));
    }

    private static byte[] Encode(AvroFormat format, params string[] records)
    {
        var output = new MemoryStream();
        using var encoder = format.Open(output);
        foreach (var record in records) Assert.Null(encoder.Add(Encoding.UTF8.GetBytes(record)));
        encoder.Finish();
        return output.ToArray();
    }

    private static List<GenericRecord> Read(byte[] bytes)
    {
        using var reader = DataFileReader<GenericRecord>.OpenReader(new MemoryStream(bytes));
        return [.. reader.NextEntries];
    }
}
