using System.Collections.Immutable;
using System.Text;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Processing;

namespace ActorStreams.Agent.Tests.Processing;

/// <summary>Expected results are those of the Kinesis agent's own documentation and tests.</summary>
public sealed class RecordConverterSpecs
{
    [Fact]
    public void An_Apache_line_becomes_json_and_a_dash_null() => Assert.Equal(
        """{"host":"64.242.88.10","ident":null,"authuser":null,"datetime":"07/Mar/2004:16:10:02 -0800","request":"GET /mailman/listinfo/hsdivision HTTP/1.1","response":"200","bytes":"6291"}""" + "\n",
        Log(LogFormat.CommonApacheLog, "64.242.88.10 - - [07/Mar/2004:16:10:02 -0800] \"GET /mailman/listinfo/hsdivision HTTP/1.1\" 200 6291\n"));

    [Fact]
    public void The_combined_format_has_referer_and_agent() => Assert.Equal(
        """{"host":"127.0.0.1","ident":null,"authuser":"frank","datetime":"10/Oct/2000:13:55:36 -0700","request":"GET /apache_pb.gif HTTP/1.0","response":"200","bytes":"2326","referer":"http://www.example.com/start.html","agent":"Mozilla/4.08 [en] (Win98; I ;Nav)"}""" + "\n",
        Log(LogFormat.CombinedApacheLog, "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 2326 \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\""));

    [Fact]
    public void An_Apache_error_line_may_name_module_and_thread() => Assert.Equal(
        """{"timestamp":"Fri Sep 09 10:42:29.902022 2011","module":"core","severity":"error","processid":"35708","threadid":"4328636416","client":"72.15.99.187","message":"File does not exist: /usr/local/apache2/htdocs/favicon.ico"}""" + "\n",
        Log(LogFormat.ApacheErrorLog, "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187] File does not exist: /usr/local/apache2/htdocs/favicon.ico\n"));

    [Fact]
    public void Syslog_lines_of_both_times_are_known()
    {
        Assert.Equal(
            """{"timestamp":"Mar 12 12:00:08","hostname":"server2","program":"rcd","processid":"308","message":"Loaded 12 packages"}""" + "\n",
            Log(LogFormat.Syslog, "Mar 12 12:00:08 server2 rcd[308]: Loaded 12 packages\n"));
        Assert.Equal(
            """{"timestamp":"2016-05-01T12:00:08.123+02:00","hostname":"server2","program":"cron","processid":null,"message":"done"}""" + "\n",
            Log(LogFormat.Rfc3339Syslog, "2016-05-01T12:00:08.123+02:00 server2 cron: done\n"));
    }

    [Fact]
    public void A_line_that_does_not_match_is_left_out() => Assert.Null(Log(LogFormat.Syslog, "nonsense\n"));

    [Fact]
    public void A_pattern_of_ones_own_names_its_groups() => Assert.Equal(
        "{\n  \"badge\": \"17\",\n  \"door\": \"Nörd\"\n}\n",
        Convert(new ProcessingSettings.LogToJson(LogFormat.Syslog, @"(\d+) opens (.*)", ["badge", "door"], Indented: true), "17 opens Nörd\n"));

    [Theory]
    [InlineData(",", "1,two,\"3\"\n", """{"a":"1","b":"two","c":"\"3\""}""")]
    [InlineData(",", "1,,\n", """{"a":"1","b":null,"c":null}""")]
    [InlineData(",", ",2,3,4\n", """{"a":"","b":"2","c":"3"}""")]
    [InlineData("\\t", "1\t2\t3", """{"a":"1","b":"2","c":"3"}""")]
    [InlineData("\\|", "1|2\n", """{"a":"1","b":"2","c":null}""")]
    public void Columns_become_json_and_missing_ones_null(string delimiter, string line, string expected) =>
        Assert.Equal(expected + "\n", Convert(new ProcessingSettings.CsvToJson(["a", "b", "c"], delimiter, Indented: false), line));

    [Fact]
    public void Lines_of_a_record_are_joined()
    {
        Assert.Equal("{\"a\":1}\n", Convert(new ProcessingSettings.SingleLine(Trim: true, EscapeNewLines: false), "{\n  \"a\":1 \n}\n"));
        Assert.Equal("{\\\\n  1\n", Convert(new ProcessingSettings.SingleLine(Trim: false, EscapeNewLines: true), "{\n  1\n"));
    }

    private static string? Log(LogFormat format, string line) => Convert(new ProcessingSettings.LogToJson(format, null, null, Indented: false), line);

    private static string? Convert(ProcessingSettings settings, string record)
    {
        var converted = RecordConverter.Create(ImmutableArray.Create(settings))!.Convert(Encoding.UTF8.GetBytes(record), out var failed);
        Assert.False(failed);
        return converted is { } data ? Encoding.UTF8.GetString(data.Span) : null;
    }
}
