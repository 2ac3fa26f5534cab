using System.IO.Compression;
using System.Text;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Jq;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

public sealed class StepSpecs
{
    private static readonly DateTimeOffset s_time = new(2026, 3, 9, 15, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Metadata_extraction_gives_keys_and_fails_what_has_none_alone()
    {
        var step = new MetadataExtraction(JqQuery.Parse("{customer: .customer, day: (.t | strftime(\"%d\"))}", out _)!);

        var processed = await Run(step, """{"customer":"a","t":86400}""", "no json", """{"customer":"a","t":86399}""", """{"t":0}""", """{"customer":"a","t":86400}""");

        Assert.Equal(["0", "2", "4"], processed.Records.Select(r => r.Id));
        Assert.Equal(["a/02", "a/01", "a/02"], processed.Records.Select(r => $"{r.PartitionKeys["query:customer"]}/{r.PartitionKeys["query:day"]}"));
        Assert.Same(processed.Records[0].PartitionKeys, processed.Records[2].PartitionKeys);
        Assert.All(processed.Failed, f => Assert.Equal(("processing-failed", "DynamicPartitioning.MetadataExtractionFailed", 1), (f.Type, f.Code, f.Attempts)));
        Assert.Equal(
            ["The data is not JSON: wrong at byte 1 of line 1.", "partitionKeys values must not be null or empty: customer."],
            processed.Failed.Select(f => f.Message));
    }

    [Fact]
    public async Task Values_that_hold_the_separator_are_not_taken_for_others()
    {
        var step = new MetadataExtraction(JqQuery.Parse("{a: .a, b: .b}", out _)!);

        var processed = await Run(step, """{"a":"x\u0000y","b":"z"}""", """{"a":"x","b":"y\u0000z"}""");

        Assert.Equal(["x\0y|z", "x|y\0z"], processed.Records.Select(r => $"{r.PartitionKeys["query:a"]}|{r.PartitionKeys["query:b"]}"));
    }

    [Fact]
    public void Keys_that_name_no_object_are_told()
    {
        var naming = ObjectNaming.Create(
            new NamingSettings("s", "1") { Prefix = "c=!{partitionKeyFromQuery:c}/!{partitionKeyFromLambda:l}/", ErrorOutputPrefix = "e/", HasDynamicPartitioning = true, QueryKeys = ["c"], HasTransform = true }, out _)!;
        var keys = PartitionKeyNames.None.Add("query:c", "x");

        Assert.Null(naming.Problem(keys.Add("lambda:l", "y")));
        Assert.Equal("partitionKeys values must not be null or empty: l.", naming.Problem(keys));
        Assert.Contains("has the part \"..\"", naming.Problem(keys.Add("lambda:l", "..")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1}{"a":2}""", new[] { """{"a":1}""", """{"a":2}""" })]
    [InlineData("{\"a\":1}\n {\"a\":{\"b\":[2]}}\n", new[] { """{"a":1}""", """{"a":{"b":[2]}}""" })]
    [InlineData("""[{"a":1},{"a":2}]""", null)]
    [InlineData("""{"a":1} 7""", null)]
    [InlineData("""{"a":1}{"a":""", null)]
    [InlineData("", null)]
    public async Task Json_records_are_taken_apart_whole_or_not_at_all(string data, string[]? expected)
    {
        var processed = await Run(new SubRecords(delimiter: null), data);

        Assert.Equal(expected ?? [], processed.Records.Select(Text));
        Assert.Equal(expected is null ? 1 : 0, processed.Failed.Count);
    }

    [Fact]
    public async Task Sub_records_have_ids_of_their_own_and_are_bounded()
    {
        var step = new SubRecords(Delimiters.OfBase64("IyMjIw=="));

        var processed = await Run(step, "a####b########c", string.Concat(Enumerable.Repeat("x####", 500)), string.Concat(Enumerable.Repeat("x####", 501)));

        Assert.Equal(["0.0:a", "0.1:b", "0.2:c"], processed.Records.Take(3).Select(r => $"{r.Id}:{Text(r)}"));
        Assert.Equal(503, processed.Records.Count);
        Assert.Equal("a", Encoding.UTF8.GetString(processed.Records[0].Raw.Span));
        Assert.Equal("The data has more than 500 records; up to 500 are allowed.", Assert.Single(processed.Failed).Message);
    }

    [Theory]
    [InlineData("\\n", "\n")]
    [InlineData("|\\r\\n", "|\r\n")]
    [InlineData("\\\\n", "\\n")]
    [InlineData("a\\q", "a\\q")]
    public void Delimiters_have_escapes(string text, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(Delimiters.OfText(text)));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    public void A_delimiter_that_is_no_base64_is_none(string text) => Assert.Null(Delimiters.OfBase64(text));

    [Fact]
    public async Task Gzip_is_unpacked_within_bounds()
    {
        DeliveryRecord[] records =
        [
            Record("0", "") with { Data = Gzip("hello") }, Record("1", "plain text that is no gzip"), Record("2", "") with { Data = Gzip(new string('x', 2_000_000)) },
            Record("3", "") with { Data = Gzip(string.Join(' ', Enumerable.Range(0, 1_000)))[..^12] },
        ];

        var processed = await new GzipDecompression(bytesMax: 1_000_000).ProcessAsync(records, CancellationToken.None);

        Assert.Equal("hello", Text(Assert.Single(processed.Records)));
        Assert.Contains(processed.Failed, f => f.Record.Id == "1" && f.Message == "The data is not GZIP.");
        Assert.Contains(processed.Failed, f => f.Record.Id == "2" && f.Message.StartsWith("The data has more than 1000000 bytes", StringComparison.Ordinal));
        Assert.Contains(processed.Failed, f => f.Record.Id == "3");
    }

    [Fact]
    public async Task Messages_of_log_events_are_extracted_and_control_messages_dropped()
    {
        var processed = await Run(
            new LogMessages(),
            """{"messageType":"DATA_MESSAGE","logGroup":"g","logEvents":[{"id":"1","message":"one"},{"id":"2","message":"two \u00e4"}]}""",
            """{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"hi"}]}""", """{"a":1}""", """{"logEvents":[{"id":1}]}""");

        Assert.Equal("one\ntwo \u00e4", Text(Assert.Single(processed.Records)));
        Assert.Equal((1, 2), (processed.Dropped, processed.Failed.Count));
    }

    internal static string Text(DeliveryRecord record) => Encoding.UTF8.GetString(record.Data.Span);

    internal static TransformEvent DirectPut { get; } = new("arn:aws:firehose:us-east-1:000000000000:deliverystream/badges", "us-east-1", SourceStreamArn: null);

    internal static DeliveryRecord Record(string id, string data) => new(id, s_time, Encoding.UTF8.GetBytes(data));

    internal static Task<Processed> Run(IRecordStep step, params string[] data) =>
        step.ProcessAsync([.. data.Select((d, i) => Record($"{i}", d))], CancellationToken.None);

    private static byte[] Gzip(string text)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return output.ToArray();
    }
}
