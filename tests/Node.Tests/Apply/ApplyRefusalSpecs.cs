using System.Text.Json.Nodes;
using ActorStreams.Node.Apply;
using ActorStreams.Node.Tests.Operations;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Apply;

/// <summary>What is wrong is named, all of it, with its place; and nothing is changed.</summary>
public sealed class ApplyRefusalSpecs(ApplyNode node, ITestOutputHelper output) : IClassFixture<ApplyNode>
{
    [Fact]
    public async Task Every_error_is_named_with_its_path_and_its_line()
    {
        const string Yaml = """
            kind: Stream
            name: wrong
            shardCount: two
            mode: always
            retentionHours: 12
            encryptionKey: none-such
            colour: red
            tags:
              team: 7
            ---
            kind: DeliveryStream
            name: wrong-to-lake
            source: gone
            encryption: yes
            tags:
              fine: x
              aws:team: y
            destination:
              ExtendedS3DestinationConfiguration:
                RoleARN: arn:aws:iam::000000000000:role/any
                BucketARN: arn:aws:s3:::sea
                BufferingHints:
                  SizeInMBs: 500
                Prefix: "!{timestamp:yyyy}/"
                Compression: GZIP
                ProcessingConfiguration:
                  Enabled: true
                  Processors:
                    - Type: AppendDelimiterToRecord
                    - Type: Lambda
                      Parameters:
                        - ParameterName: LambdaArn
                          ParameterValue: arn:aws:lambda:us-east-1:000000000000:function:enrich
            ---
            kind: DeliveryStream
            name: nowhere
            source: wrong
            """;

        var run = await node.ApplyAsync(Yaml);

        const string S3 = "destination.ExtendedS3DestinationConfiguration";
        Assert.Equal(
            [
                "f:3: Stream wrong: shardCount: is the text 'two'; it takes an integer from 1 on.",
                "f:4: Stream wrong: mode: is \"always\"; allowed are on-demand and provisioned.",
                "f:5: Stream wrong: retentionHours: is 12; it takes an integer from 24 to 8760.",
                "f:6: Stream wrong: encryptionKey: Key 'none-such' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.",
                "f:7: Stream wrong: colour: is not known; known are kind, name, shardCount, mode, retentionHours, encryptionKey, tags.",
                "f:9: Stream wrong: tags.team: is the number 7; it takes a text.",
                "f:13: DeliveryStream wrong-to-lake: source: Stream gone under account 000000000000 not found.",
                "f:14: DeliveryStream wrong-to-lake: encryption: is \"yes\"; it takes none, or KeyType and KeyARN.",
                "f:17: DeliveryStream wrong-to-lake: tags.aws:team: is 'aws:team'; it must satisfy regular expression pattern: ^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$.",
                $"f:19: DeliveryStream wrong-to-lake: {S3}.ErrorOutputPrefix: ErrorOutputPrefix must be given when Prefix has expressions.",
                $"f:21: DeliveryStream wrong-to-lake: {S3}.BucketARN: the bucket 'sea' stands for nothing here; map it by the setting ActorStreams:Firehose:Buckets:sea.",
                $"f:23: DeliveryStream wrong-to-lake: {S3}.BufferingHints.SizeInMBs: is 500; it takes an integer from 1 to 128.",
                $"f:25: DeliveryStream wrong-to-lake: {S3}.Compression: is not known; known are RoleARN, BucketARN, Prefix, ErrorOutputPrefix, BufferingHints, CompressionFormat, EncryptionConfiguration, CloudWatchLoggingOptions, ProcessingConfiguration, S3BackupMode, S3BackupConfiguration, DataFormatConversionConfiguration, DynamicPartitioningConfiguration, FileExtension, CustomTimeZone.",
                $"f:30: DeliveryStream wrong-to-lake: {S3}.ProcessingConfiguration.Processors[1].LambdaArn: the function 'enrich' stands for nothing here; give its address, its script or what its lines are in the setting ActorStreams:Firehose:Functions:enrich.",
                "f:35: DeliveryStream nowhere: destination: is missing; it takes an object.",
                "actorstreams apply: 15 errors; nothing was changed.",
            ],
            run.Errors.TrimEnd().Split(Environment.NewLine));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.False((await node.Kinesis.CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = "wrong" })).Succeeded);
    }

    [Fact]
    public async Task What_can_not_be_changed_in_place_is_an_error_and_nothing_is_deleted()
    {
        const string S3 = "S3Configuration: {RoleARN: 'arn:aws:iam::000000000000:role/any', BucketARN: 'arn:aws:s3:::lake'}";
        const string Endpoint = "{HttpEndpointDestinationConfiguration: {EndpointConfiguration: {Url: 'http://127.0.0.1:9/'}, " + S3 + "}}";
        await node.ApplyAsync($"{{kind: DeliveryStream, name: stays, destination: {Endpoint}}}");

        var source = await node.ApplyAsync($"kind: DeliveryStream\nname: stays\nsource: new\ndestination: {Endpoint}\n---\n{{kind: Stream, name: new, shardCount: 1}}");
        Assert.StartsWith(
            "f:3: DeliveryStream stays: source: can't be changed: the delivery stream takes direct puts. Delete it and create it anew, or give this one another name.", source.Errors,
            StringComparison.Ordinal);
        var kind = await node.ApplyAsync(
            $"kind: DeliveryStream\nname: stays\ndestination:\n  SplunkDestinationConfiguration: {{HECEndpoint: 'http://127.0.0.1:9/', HECEndpointType: Raw, HECToken: t, {S3}}}");
        Assert.StartsWith(
            "f:4: DeliveryStream stays: destination.SplunkDestinationConfiguration: can't be changed from HttpEndpoint to Splunk: no kind of destination becomes another.", kind.Errors,
            StringComparison.Ordinal);
        Assert.Equal((2, 2), (source.Code, kind.Code));
        Assert.Equal(0, (await node.ApplyAsync($"{{kind: DeliveryStream, name: stays, destination: {Endpoint}}}", ApplyMode.Diff)).Code);
    }

    [Fact]
    public async Task A_node_that_is_away_is_named_beside_the_errors_that_are_known_without_it()
    {
        var nowhere = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}/");

        var run = await ApplyNode.RunAsync(nowhere, "{kind: Stream, name: s, shards: 1}");
        Assert.Equal(2, run.Code);
        Assert.Contains("f:1: Stream s: shards: is not known", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"{nowhere} cannot be reached", run.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await ApplyNode.RunAsync(nowhere, "{kind: Stream, name: s}", ApplyMode.Diff)).Code);
    }

    [Fact]
    public async Task A_service_that_can_not_check_is_asked_for_nothing_more()
    {
        using var other = new OtherService();

        var run = await node.ApplyAsync("{kind: Stream, name: s}", network: other);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("the service cannot check documents", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_apply_is_an_error()
    {
        var run = await node.ApplyAsync("# nothing\n---\n");

        Assert.Equal(2, run.Code);
        Assert.Contains("there is no document", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_change_nothing()
    {
        using var folder = new TempFolder();
        await using var guarded = NodeProcess.Start(folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Gateway:AccessKeys:0:AccessKeyId"] = "AKTEST",
            ["Gateway:AccessKeys:0:SecretAccessKey"] = "right",
        });
        await guarded.ReadyAsync();

        var wrong = await ApplyNode.RunAsync(guarded.Endpoint, "{kind: Stream, name: s, shardCount: 1}", secret: "wrong");

        Assert.Equal((1, ""), (wrong.Code, wrong.Output));
        Assert.Contains("InvalidSignatureException", wrong.Errors, StringComparison.Ordinal);
        var right = await ApplyNode.RunAsync(guarded.Endpoint, "{kind: Stream, name: s, shardCount: 1}", secret: "right");
        Assert.Equal(0, right.Code);
        Assert.Contains("Stream s: created", right.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_tells_by_its_exit_code()
    {
        using var folder = new TempFolder();
        var file = folder.File("s.yaml", "{kind: Stream, name: by-command, shardCount: 1}");
        string[] there = ["--endpoint", node.Endpoint.ToString(), "--region", "us-east-1"];

        await Commands.RefusedAsync(output, 2, "There is no file and no folder", ["apply", "-f", folder.Folder("none.yaml")]);
        await Commands.RefusedAsync(output, 2, "--check and --diff: one of them is allowed.", ["apply", "-f", file, "--check", "--diff"]);
        await Commands.RefusedAsync(output, 6, "Stream by-command: is not there", ["apply", "-f", folder.Path, "--diff", .. there]);
        await Commands.RefusedAsync(output, 0, "1 created, 0 changed, 0 as described.", ["apply", "-f", file, .. there]);
        await Commands.RefusedAsync(output, 0, "Stream by-command: nothing differs", ["apply", "-f", file, "--diff", .. there]);
    }
}
