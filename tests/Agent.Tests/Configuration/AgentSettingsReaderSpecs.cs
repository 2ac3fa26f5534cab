using ActorStreams.Agent.Configuration;

namespace ActorStreams.Agent.Tests.Configuration;

public sealed class AgentSettingsReaderSpecs
{
    private static AgentSettingsReading Read(string json, params (string Name, string Value)[] environment) =>
        AgentSettingsReader.Read(json, name => environment.FirstOrDefault(e => e.Name == name).Value);

    [Fact]
    public void The_example_of_the_Kinesis_agent_is_taken_as_it_is()
    {
        var reading = Read("""
            {
              "checkpointFile": "/tmp/aws-kinesis-agent-checkpoints/main.log",
              "cloudwatch.emitMetrics": true,
              "kinesis.endpoint": "https://kinesis.us-west-2.amazonaws.com", // a comment
              "awsAccessKeyId": "ACCESSKEY",
              "awsSecretAccessKey": "SECRETKEY",
              "flows": [
                {
                  "filePattern": "/tmp/aws-kinesis-agent-test1.log*", "initialPosition": "END_OF_FILE", "kinesisStream": "test1", "maxBufferSizeRecords": "100",
                  "dataProcessingOptions": [ { "optionName": "CSVTOJSON", "customFieldNames": [ "field1", "field2" ], "delimiter": "\\t" } ]
                },
                {
                  "filePattern": "/tmp/aws-kinesis-agent-test2.log*", "initialPosition": "START_OF_FILE", "deliveryStream": "test2",
                  "dataProcessingOptions": [ { "optionName": "LOGTOJSON", "logFormat": "COMMONAPACHELOG" } ]
                }
              ]
            }
            """);

        Assert.Empty(reading.Errors);
        Assert.Equal(["cloudwatch.emitMetrics: is not used: counts go to the log and to --metrics-port."], reading.Warnings);
        var settings = reading.Settings!;
        Assert.True(settings.Kinesis.IsAws);
        Assert.Equal("us-west-2", settings.Kinesis.Region);
        Assert.Equal("https://firehose.us-east-1.amazonaws.com/", settings.Firehose.Endpoint.ToString());
        Assert.Equal((DestinationKind.KinesisStream, "test1", "/tmp", "aws-kinesis-agent-test1.log*", 100, InitialPosition.EndOfFile),
            (settings.Flows[0].Kind, settings.Flows[0].Destination, settings.Flows[0].Directory, settings.Flows[0].FileNames, settings.Flows[0].BufferRecordsMax, settings.Flows[0].InitialPosition));
        Assert.Equal((DestinationKind.DeliveryStream, 4 * 1024 * 1024, TimeSpan.FromMinutes(1)), (settings.Flows[1].Kind, settings.Flows[1].BufferBytesMax, settings.Flows[1].BufferAgeMax));
        Assert.IsType<ProcessingSettings.LogToJson>(settings.Flows[1].Processing.Single());
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_path_and_what_is_allowed()
    {
        var reading = Read("""
            {
              "kinesis.endpoint": "ftp://nowhere",
              "awsAccessKeyId": "alone",
              "flows": [
                { "filePattern": "app.log", "kinesisStream": "s", "initialPosition": "MIDDLE", "maxBufferAgeMillis": 10, "surprise": 1 },
                { "filePattern": "/var/*/app.log", "kinesisStream": "no spaces", "deliveryStream": "d", "multiLineStartPattern": "(" },
                { "filePattern": "/var/app.log", "fileFooterPattern": "end", "dataProcessingOptions": [
                    { "optionName": "XML" }, { "optionName": "CSVTOJSON" }, { "optionName": "LOGTOJSON", "matchPattern": "(a)(b)", "customFieldNames": ["one"] } ] },
                "text"
              ]
            }
            """);

        Assert.Null(reading.Settings);
        Assert.Equal(
        [
            "awsSecretAccessKey: is missing; awsAccessKeyId and awsSecretAccessKey come together, or both from the environment.",
            "flows[0].filePattern: is 'app.log'; it takes an absolute path such as /var/log/app.log*.",
            "flows[0].initialPosition: is 'MIDDLE'; it takes one of START_OF_FILE, END_OF_FILE.",
            "flows[0].maxBufferAgeMillis: is 10; it takes an integer from 1000 to 900000.",
            "flows[1].deliveryStream: and kinesisStream are both there; a flow takes one of them.",
            "flows[1].filePattern: is '/var/*/app.log'; *, ?, [] and {} are allowed in the name of the file alone, not in its folder.",
            "flows[1].multiLineStartPattern: is no regular expression: ",
            "flows[2].dataProcessingOptions[0].optionName: is 'XML'; it takes one of SINGLELINE, CSVTOJSON, LOGTOJSON.",
            "flows[2].dataProcessingOptions[1].customFieldNames: is missing or empty; it takes the names of the columns.",
            "flows[2].dataProcessingOptions[2].logFormat: is missing; it takes one of COMMONAPACHELOG, COMBINEDAPACHELOG, APACHEERRORLOG, SYSLOG, RFC3339SYSLOG.",
            "flows[2].fileFooterPattern: is not supported: the lines that it keeps back would be sent. Remove it.",
            "flows[2].kinesisStream: is missing; a flow takes kinesisStream or deliveryStream.",
            "flows[3]: is a text; it takes an object.",
            "kinesis.endpoint: is 'ftp://nowhere'; it takes an http or https address, such as http://127.0.0.1:4567.",
        ],
        reading.Errors.Order(StringComparer.Ordinal).Select(e => e.Contains("no regular", StringComparison.Ordinal) ? e[..(e.IndexOf("expression: ", StringComparison.Ordinal) + 12)] : e));
        Assert.Contains("flows[0].surprise: is not known and not used.", reading.Warnings);
    }

    [Fact]
    public void The_environment_fills_in_endpoint_region_and_keys()
    {
        var reading = Read(
            """{ "flows": [ { "filePattern": "/tmp/a.log", "kinesisStream": "s" } ] }""",
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4567"), ("AWS_REGION", "eu-test-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_SESSION_TOKEN", "token"));

        Assert.Empty(reading.Errors);
        Assert.Equal(new ServiceSettings(new Uri("http://127.0.0.1:4567"), "eu-test-1"), reading.Settings!.Kinesis);
        Assert.False(reading.Settings.Firehose.IsAws);
        Assert.Equal(("id", "token"), (reading.Settings.AccessKey.AccessKeyId, reading.Settings.SessionToken));
    }

    [Fact]
    public void A_pattern_goes_to_a_destination_once()
    {
        var flow = """{ "filePattern": "/tmp/a.log", "kinesisStream": "s" }""";

        Assert.Equal(["flows[1]: is the flow kinesis:s:/tmp/a.log once more; a pattern goes to a destination once."], Read($$"""{ "flows": [ {{flow}}, {{flow}} ] }""").Errors);
        Assert.Equal(["flows: is missing or empty; it takes an array of at least one flow."], Read("{}").Errors);
        Assert.StartsWith("It is not JSON", Assert.Single(Read("{").Errors), StringComparison.Ordinal);
    }
}
