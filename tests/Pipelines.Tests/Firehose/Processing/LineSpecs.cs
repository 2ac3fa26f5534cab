using ActorStreams.Pipelines.Firehose.Processing.Lines;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

public sealed class LineSpecs
{
    [Theory]
    [InlineData("1,x,\n", """{"a":"1","b":"x","c":""}""")]
    [InlineData("\"1,2\",\"say \"\"hi\"\"\",\u00e4\r\n", """{"a":"1,2","b":"say \"hi\"","c":"ä"}""")]
    public async Task A_line_of_values_is_an_object(string line, string expected)
    {
        var processed = await StepSpecs.Run(new LineConversion(new CsvToJson(["a", "b", "c"])), line);

        Assert.Equal(expected, StepSpecs.Text(Assert.Single(processed.Records)));
    }

    [Theory]
    [InlineData("1,2", "The line has 2 values; there are 3 names.")]
    [InlineData("1,2,3,4", "The line has 4 values; there are 3 names.")]
    [InlineData("1,\"2,3", "The quote at character 3 is not closed.")]
    [InlineData("1,\"2\"x,3", "Behind the quote that ends before character 6")]
    public async Task A_line_of_other_values_fails_alone(string line, string expected)
    {
        var processed = await StepSpecs.Run(new LineConversion(new CsvToJson(["a", "b", "c"])), line, "1,2,3");

        Assert.StartsWith(expected, Assert.Single(processed.Failed).Message, StringComparison.Ordinal);
        Assert.Single(processed.Records);
    }

    [Theory]
    [InlineData("COMMONAPACHELOG", "64.242.88.10 - - [07/Mar/2004:16:10:02 -0800] \"GET /a\\\"b HTTP/1.1\" 200 6291",
        """{"host":"64.242.88.10","ident":null,"authuser":null,"datetime":"07/Mar/2004:16:10:02 -0800","request":"GET /a\\\"b HTTP/1.1","response":"200","bytes":"6291"}""")]
    [InlineData("COMBINEDAPACHELOG", "h - u [t] \"GET /\" 304 - \"http://r\" \"curl\"",
        """{"host":"h","ident":null,"authuser":"u","datetime":"t","request":"GET /","response":"304","bytes":null,"referrer":"http://r","agent":"curl"}""")]
    [InlineData("APACHEERRORLOG", "[Fri Sep 09 10:42:29 2011] [core:error] [pid 35708:tid 4328] [client 72.15.99.187] File does not exist",
        """{"timestamp":"Fri Sep 09 10:42:29 2011","module":"core","severity":"error","processid":"35708","threadid":"4328","client":"72.15.99.187","message":"File does not exist"}""")]
    [InlineData("SYSLOG", "Mar  9 15:04:05 host cron[123]: (root) CMD",
        """{"timestamp":"Mar  9 15:04:05","hostname":"host","program":"cron","processid":"123","message":"(root) CMD"}""")]
    [InlineData("RFC3339SYSLOG", "2026-03-09T15:04:05.123+01:00 host app: up",
        """{"timestamp":"2026-03-09T15:04:05.123+01:00","hostname":"host","program":"app","processid":null,"message":"up"}""")]
    public async Task A_line_of_a_log_is_an_object(string format, string line, string expected)
    {
        var processed = await StepSpecs.Run(new LineConversion(LogToJson.Create(format, null, null, out _)!), line, "nonsense");

        Assert.Equal(expected, StepSpecs.Text(Assert.Single(processed.Records)));
        Assert.Equal($"The line is not of the form of {format}.", Assert.Single(processed.Failed).Message);
    }

    [Fact]
    public async Task A_pattern_and_names_of_ones_own_replace_the_formats()
    {
        var converter = LogToJson.Create("SYSLOG", "^(\\w+)=(\\d+)$", ["name", "value"], out var error);
        Assert.Null(error);

        Assert.Equal("""{"name":"a","value":"1"}""", StepSpecs.Text((await StepSpecs.Run(new LineConversion(converter!), "a=1")).Records.Single()));
    }

    [Theory]
    [InlineData("NGINX", null, "allowed are COMMONAPACHELOG")]
    [InlineData("SYSLOG", "(", "matchPattern is no regular expression")]
    [InlineData("SYSLOG", "(a)", "The pattern has 1 groups; there are 5 names.")]
    public void What_cannot_be_read_by_is_refused(string format, string? pattern, string expected)
    {
        Assert.Null(LogToJson.Create(format, pattern, null, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
