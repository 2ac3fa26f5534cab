using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Formats.Columns;
using DuckDB.NET.Data;

namespace ActorStreams.Pipelines.Tests.Formats;

/// <summary>What is written is read back by DuckDB, an independent reader.</summary>
public sealed class ParquetFormatSpecs : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"parquet-{Guid.NewGuid():N}.parquet");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(ParquetCompression.Uncompressed)]
    [InlineData(ParquetCompression.Snappy)]
    [InlineData(ParquetCompression.Gzip)]
    [InlineData(ParquetCompression.Zstd)]
    public void Every_type_has_its_value_again(ParquetCompression compression)
    {
        var format = new ParquetFormat(Table("b boolean", "t tinyint", "s smallint", "i int", "l bigint", "f float", "d double", "m decimal(9,2)",
            "n decimal(18,4)", "w decimal(38,10)", "x string", "v varchar(5)", "y binary", "a date", "z timestamp"))
        { Compression = compression };

        Write(format,
            """{"b":true,"t":-128,"s":32767,"i":-5,"l":9223372036854775807,"f":1.5,"d":-2.25e-3,"m":1234567.89,"n":"-12345678901234.5678","w":1234567890123456789012345678.0123456789,"x":"\u00e4\ud83d\ude00\n","v":"abcde","y":"AAECgA==","a":"2026-03-09","z":"2026-03-09T15:04:05.123456Z"}""",
            """{"b":"FALSE","t":"127","s":1.0,"i":1e3,"l":"-1","f":"2.5","d":3,"m":0,"n":0.00010,"w":-1,"x":{"q":[1, 2]},"v":12345,"y":"","a":"1969-12-31","z":-1}""",
            "{}");

        Assert.Equal(
            [
                "b=BOOLEAN", "t=TINYINT", "s=SMALLINT", "i=INTEGER", "l=BIGINT", "f=FLOAT", "d=DOUBLE", "m=DECIMAL(9,2)", "n=DECIMAL(18,4)",
                "w=DECIMAL(38,10)", "x=VARCHAR", "v=VARCHAR", "y=BLOB", "a=DATE", "z=TIMESTAMP",
            ],
            Rows("DESCRIBE SELECT * FROM t").Select(r => $"{r[0]}={r[1]}"));
        Assert.Equal(
            [
                "true|-128|32767|-5|9223372036854775807|1.5|-0.00225|1234567.89|-12345678901234.5678|1234567890123456789012345678.0123456789|\u00e4\U0001F600\n|abcde|\\x00\\x01\\x02\\x80|2026-03-09|2026-03-09 15:04:05.123456",
                "false|127|1|1000|-1|2.5|3.0|0.00|0.0001|-1.0000000000|{\"q\":[1, 2]}|12345||1969-12-31|1969-12-31 23:59:59",
                "null|null|null|null|null|null|null|null|null|null|null|null|null|null|null",
            ],
            Rows("SELECT * FROM (SELECT COLUMNS(*)::VARCHAR FROM t)").Select(r => string.Join('|', r)));
    }

    [Theory]
    [InlineData("temp double", """{"temp":"abc"}""", "column `temp`: text \"abc\" is no double")]
    [InlineData("temp double", """{"temp":true}""", "column `temp`: true is no double")]
    [InlineData("temp double", """{"temp":"NaN"}""", "column `temp`: text \"NaN\" is no double")]
    [InlineData("temp float", """{"temp":1e300}""", "column `temp`: 1e300 is no float")]
    [InlineData("a int", """{"a":2147483648}""", "column `a`: 2147483648 is no int")]
    [InlineData("a int", """{"a":1.5}""", "column `a`: 1.5 is no int")]
    [InlineData("a tinyint", """{"a":128}""", "column `a`: 128 is no tinyint")]
    [InlineData("a bigint", """{"a":{"b":1}}""", "column `a`: an object is no bigint")]
    [InlineData("a bigint", """{"a":9223372036854775808}""", "column `a`: 9223372036854775808 is no bigint")]
    [InlineData("a boolean", """{"a":1}""", "column `a`: 1 is no boolean")]
    [InlineData("a decimal(4,2)", """{"a":100}""", "column `a`: 100 is no decimal(4,2)")]
    [InlineData("a decimal(4,2)", """{"a":1.005}""", "column `a`: 1.005 is no decimal(4,2)")]
    [InlineData("a date", """{"a":"2026-02-30"}""", "column `a`: text \"2026-02-30\" is no date")]
    [InlineData("a timestamp", """{"a":"soon"}""", "column `a`: text \"soon\" is no timestamp")]
    [InlineData("a timestamp", """{"a":[]}""", "column `a`: an array is no timestamp")]
    [InlineData("a binary", """{"a":"???"}""", "column `a`: text \"???\" is no binary, which is written in Base64")]
    [InlineData("a varchar(3)", """{"a":"abcd"}""", "column `a`: the text has 4 characters, and varchar(3) takes up to 3")]
    [InlineData("a string", """{"a":"\ud800"}""", "column `a`: the text is not valid Unicode")]
    [InlineData("a string not null", """{"b":1}""", "column `a`: the record has no value, and the column takes no null")]
    [InlineData("a string not null", """{"a":"x","a":null}""", "column `a`: the record has no value, and the column takes no null")]
    [InlineData("a string", "nonsense", "The data is not JSON: wrong at byte 1 of line 1.")]
    [InlineData("a string", "[1]", "The data is not a JSON object.")]
    [InlineData("a string", """{"a":"x"} y""", "The data is not JSON: wrong at byte 10 of line 1.")]
    [InlineData("a string", "", "The data is not JSON")]
    public void A_record_that_does_not_fit_is_refused_with_its_reason_and_the_others_are_there(string column, string record, string expected)
    {
        var format = new ParquetFormat([.. Table(column), .. Table("before bigint")]);
        var good = column.Contains("string not null", StringComparison.Ordinal) ? """{"a":"g","before":1}""" : """{"before":1}""";

        var refused = Write(format, good, record.StartsWith('{') ? record.Insert(1, "\"before\":7,") : record, good);

        Assert.StartsWith(expected.Split(": wrong at")[0], Assert.Single(refused), StringComparison.Ordinal);
        Assert.Equal("2|2", string.Join('|', Rows("SELECT count(*), sum(before) FROM t").Single()));
    }

    [Fact]
    public void Keys_are_found_in_any_order_and_again_and_in_other_case_and_mapped_and_with_dots()
    {
        var mapping = new JsonMapping
        {
            ConvertDotsInJsonKeysToUnderscores = true,
            ColumnToJsonKeyMappings = ImmutableDictionary<string, string>.Empty.Add("stamp", "ts"),
        };
        var format = new ParquetFormat(Table("a bigint", "b_c string", "stamp bigint")) { Mapping = mapping };

        Write(format, """{"a":1,"b.c":"x","ts":3}""", """{"TS":6,"other":[{"a":9}],"A":4,"B.C":"y"}""", """{"a":0,"\u0061":7,"ts":9,"b_c":"z"}""");

        Assert.Equal(["1|x|3", "4|y|6", "7|z|9"], Rows("SELECT * FROM t").Select(r => string.Join('|', r)));
    }

    [Fact]
    public void Case_counts_when_it_is_asked_for()
    {
        var format = new ParquetFormat(Table("Id bigint", "id bigint", "n bigint")) { Mapping = new JsonMapping { CaseInsensitive = false } };

        using var output = File.Create(_path);
        using var encoder = format.Open(output);
        Assert.Null(encoder.Add("""{"id":2,"Id":1,"N":3}"""u8));
        encoder.Finish();
    }

    [Theory]
    [InlineData("\"2026-3-9 15:04:05.5\"", "2026-03-09 15:04:05.5")]
    [InlineData("\"2026-03-09T15:04:05.123456789+01:00\"", "2026-03-09 14:04:05.123456")]
    [InlineData("\"2026-03-09\"", "2026-03-09 00:00:00")]
    [InlineData("1773068645", "2026-03-09 15:04:05")]
    [InlineData("1773068645123", "2026-03-09 15:04:05.123")]
    [InlineData("\"1773068645.25\"", "2026-03-09 15:04:05.25")]
    [InlineData("\"09\\/Mar\\/2026\"", "2026-03-09 00:00:00")]
    public void Timestamps_have_the_forms_that_hive_knows(string json, string expected)
    {
        var mapping = new JsonMapping { TimestampFormats = [TimestampFormat.Parse("dd/MMM/yyyy", out _)!] };

        Write(new ParquetFormat(Table("t timestamp")) { Mapping = mapping }, $$"""{"t":{{json}}}""");

        Assert.Equal(expected, Rows("SELECT t::VARCHAR FROM t").Single().Single());
    }

    [Fact]
    public void Row_groups_are_bounded_by_bytes_and_by_rows_and_nothing_is_lost_between_them()
    {
        var records = Enumerable.Range(0, 5_000).Select(i => $$"""{"i":{{i}},"x":"{{new string((char)('a' + (i % 26)), i % 100)}}"}""").ToArray();
        var table = Table("i bigint", "x string");

        Write(new ParquetFormat(table) { RowGroupBytes = 64 * 1024 }, records);
        Assert.Equal("5000|12497500|247500", string.Join('|', Rows("SELECT count(*), sum(i), sum(length(x)) FROM t").Single()));
        Assert.InRange(long.Parse(Rows($"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{_path}')").Single().Single(), CultureInfo.InvariantCulture), 4, 8);

        Write(new ParquetFormat(table) { RowGroupRowsMax = 1_000 }, records);
        Assert.Equal("5", Rows($"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{_path}')").Single().Single());
    }

    [Fact]
    public void The_same_records_give_the_same_bytes()
    {
        var records = Enumerable.Range(0, 1_000).Select(i => $$"""{"i":{{i}},"x":"{{i % 10}}","d":{{i}}.5}""").ToArray();
        var format = new ParquetFormat(Table("i bigint", "x string", "d double")) { Compression = ParquetCompression.Zstd };

        Write(format, records);
        var first = File.ReadAllBytes(_path);
        Write(format, records);

        Assert.Equal(first, File.ReadAllBytes(_path));
    }

    [Fact]
    public void Columns_are_inferred_from_the_first_records_and_what_is_new_later_is_refused()
    {
        var format = new ParquetFormat((IReadOnlyList<Column>?)null) { InferredFromRecords = 4 };

        var refused = Write(format,
            """{"i":1,"d":1,"s":"x","m":1,"n":null,"o":{"a":1}}""", "no json", """{"i":2,"d":1.5,"s":"y","m":"two","b":true}""", "{}", """{"big":12345678901234567890}""",
            """{"i":3,"late":1}""", """{"i":"x"}""", """{"i":4}""");

        Assert.Equal(
            [
                "The data is not JSON: wrong at byte 1 of line 1.",
                "The key \"late\" has no column: no record had it of those that the columns were inferred from.",
                "column `i`: text \"x\" is no bigint",
            ],
            refused);
        Assert.Equal(
            ["i=BIGINT", "d=DOUBLE", "s=VARCHAR", "m=VARCHAR", "n=VARCHAR", "o=VARCHAR", "b=BOOLEAN", "big=VARCHAR"],
            Rows("DESCRIBE SELECT * FROM t").Select(r => $"{r[0]}={r[1]}"));
        Assert.Equal("7|two,1|12345678901234567890", string.Join('|', Rows("SELECT sum(i), string_agg(m, ',' ORDER BY m DESC), max(big) FROM t").Single()));
    }

    [Fact]
    public void An_object_given_up_or_without_records_is_no_trouble()
    {
        var format = new ParquetFormat(Table("a bigint"));
        var given = new MemoryStream();
        var encoder = format.Open(given);
        encoder.Add("""{"a":1}"""u8);
        encoder.Dispose();
        Assert.True(given.CanWrite);

        Write(format);
        Assert.Equal("0", Rows("SELECT count(*) FROM t").Single().Single());
    }

    [Fact]
    public void An_output_that_fails_is_told_by_finish_and_not_again_by_dispose()
    {
        var output = new FileStream(_path, FileMode.Create);
        var encoder = new ParquetFormat(Table("a bigint")).Open(output);
        encoder.Add("""{"a":1}"""u8);
        output.Dispose();

        var error = Record.Exception(encoder.Finish);

        Assert.True(error is not null, "Finish said nothing of an output that is closed.");
        encoder.Dispose();
    }

    internal static IReadOnlyList<Column> Table(params string[] columns) =>
        [.. columns.Select(c => c.Split(' ', 2)).Select(c => new Column(c[0], ColumnType.Parse(c[1].Replace(" not null", "", StringComparison.Ordinal), out _)!)
        {
            IsNullable = !c[1].EndsWith(" not null", StringComparison.Ordinal),
        })];

    private List<string> Write(ParquetFormat format, params string[] records)
    {
        using var output = File.Create(_path);
        using var encoder = format.Open(output);
        var refused = records.Select(r => encoder.Add(Encoding.UTF8.GetBytes(r))).OfType<string>().ToList();
        encoder.Finish();
        return refused;
    }

    private List<string[]> Rows(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE VIEW t AS SELECT * FROM read_parquet('{_path}')";
        command.ExecuteNonQuery();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "null" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)!)]);
        return rows;
    }
}
