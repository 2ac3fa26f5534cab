using System.Text.Json.Nodes;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Scripts;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

public sealed class ScriptTransformSpecs
{
    private static readonly ScriptOptions s_options = new() { Event = StepSpecs.DirectPut, Timeout = TimeSpan.FromSeconds(20), StatementsMax = 100_000 };

    [Fact]
    public async Task A_script_changes_drops_and_gives_keys()
    {
        var processed = await Run(
            """
            function transform(record) {
                const reading = JSON.parse(record.data);
                if (reading.test) return null;
                record.partitionKeys.zone = reading.zone.toUpperCase();
                record.partitionKeys.n = reading.n;
                return reading.text ?? { ...reading, at: record.approximateArrivalTimestamp, id: record.recordId };
            }
            """,
            """{"zone":"north","n":1}""", """{"test":true}""", """{"zone":"s","n":2,"text":"plain \u00e4"}""");

        Assert.Equal(["""{"zone":"north","n":1,"at":1773068645000,"id":"0"}""", "plain \u00e4"], processed.Records.Select(StepSpecs.Text));
        Assert.Equal(["lambda:n=1", "lambda:zone=NORTH"], processed.Records[0].PartitionKeys.Select(k => $"{k.Key}={k.Value}"));
        Assert.Equal((1, 0), (processed.Dropped, processed.Failed.Count));
    }

    [Theory]
    [InlineData("while (true) {}", ScriptTransform.LimitExceededCode)]
    [InlineData("const all = []; while (true) all.push('x'.repeat(1000000))", ScriptTransform.LimitExceededCode)]
    [InlineData("const f = n => f(n + 1) + 1; return f(0)", ScriptTransform.LimitExceededCode)]
    [InlineData("return 'x'.repeat(1e9)", ScriptTransform.FailedCode)]
    [InlineData("return 'x'.padEnd(1e9)", ScriptTransform.FailedCode)]
    [InlineData("throw new Error('no')", ScriptTransform.FailedCode)]
    [InlineData("return record.none.such", ScriptTransform.FailedCode)]
    [InlineData("return () => 1", ScriptTransform.FailedCode)]
    [InlineData("const a = {}; a.a = a; return a", ScriptTransform.FailedCode)]
    [InlineData("record.partitionKeys.a = ''; return 'x'", ScriptTransform.FailedCode)]
    [InlineData("return '\\ud800'", ScriptTransform.FailedCode)]
    [InlineData("return eval('1')", ScriptTransform.FailedCode)]
    [InlineData("record.data = 'x'", ScriptTransform.FailedCode)]
    [InlineData("return (async () => record.data)()", ScriptTransform.FailedCode)]
    [InlineData("return System.IO.File.ReadAllText('/etc/hostname')", ScriptTransform.FailedCode)]
    public async Task A_record_at_which_the_script_hangs_or_throws_fails_alone(string body, string code)
    {
        var processed = await Run($"function transform(record) {{ if (record.data !== 'bad') return record.data; {body} }}", "good", "bad", "better");

        Assert.Equal(["good", "better"], processed.Records.Select(StepSpecs.Text));
        var failed = Assert.Single(processed.Failed);
        Assert.Equal(("1", "processing-failed", code), (failed.Record.Id, failed.Type, failed.Code));
    }

    [Fact]
    public async Task Time_is_bounded()
    {
        using var transform = ScriptTransform.Create(
            "function transform(record) { while (true) {} }", s_options with { Timeout = TimeSpan.FromMilliseconds(50), StatementsMax = int.MaxValue }, out _)!;

        var failed = Assert.Single((await StepSpecs.Run(transform, "a")).Failed);

        Assert.Equal(ScriptTransform.LimitExceededCode, failed.Code);
    }

    [Fact]
    public async Task What_a_script_is_waited_for_is_told_and_how_its_records_ended()
    {
        var watcher = new ToldWatcher();
        using var transform = ScriptTransform.Create(
            "function transform(record) { while (record.data === 'hang') {} if (record.data === 'throw') throw new Error('no'); return null; }",
            s_options with { Name = "/srv/mend.js", Timeout = TimeSpan.FromMilliseconds(50), StatementsMax = int.MaxValue }, out _)!;
        transform.Watcher = watcher;

        await StepSpecs.Run(transform, "a", "hang", "throw", "b");

        Assert.Equal(
            ["The script /srv/mend.js works on 4 records.", "The script /srv/mend.js works on 4 records and took longer than 0.05 s for 1 of them.", null], watcher.Waited);
        Assert.Equal([(TransformOutcome.Done, 2), (TransformOutcome.TimedOut, 1), (TransformOutcome.Failed, 1)], watcher.Calls);
    }

    [Fact]
    public async Task Data_that_is_no_text_fails_alone()
    {
        using var transform = ScriptTransform.Create("function transform(record) { return record.data; }", s_options, out _)!;

        var processed = await transform.ProcessAsync([StepSpecs.Record("0", "") with { Data = new byte[] { 0xff } }, StepSpecs.Record("1", "x")], CancellationToken.None);

        Assert.Equal("The data is not UTF-8 text.", Assert.Single(processed.Failed).Message);
        Assert.Single(processed.Records);
    }

    [Theory]
    [InlineData("function transform(record) {", "The script fails: ")]
    [InlineData("const x = 1;", "no function transform")]
    [InlineData("throw new Error('early')", "The script fails: early")]
    [InlineData("while (true) {}", "The script fails: ")]
    public void A_script_that_cannot_work_is_refused(string script, string expected)
    {
        Assert.Null(ScriptTransform.Create(script, s_options, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_told_what_a_function_is_told()
    {
        var number = new SequenceNumber(new Incarnation(7), 1, 3, 20, 5).ToString();
        using var transform = ScriptTransform.Create(
            "function transform(record, event) { return { ...record.kinesisRecordMetadata, ...event }; }",
            s_options with { Event = StepSpecs.DirectPut with { SourceStreamArn = "arn:source" } }, out _)!;

        var told = JsonNode.Parse(StepSpecs.Text((await transform.ProcessAsync([StepSpecs.Record(number, "x") with { Key = "k" }], CancellationToken.None)).Records.Single()))!.AsObject();
        var invocation = told["invocationId"]!;
        told.Remove("invocationId");

        Assert.True(Guid.TryParse((string)invocation!, out _));
        Assert.Equal(
            $$"""{"sequenceNumber":"{{number}}","subsequenceNumber":0,"partitionKey":"k","shardId":"shardId-000000000003","approximateArrivalTimestamp":1773068645000,"deliveryStreamArn":"{{StepSpecs.DirectPut.DeliveryStreamArn}}","sourceKinesisStreamArn":"arn:source","region":"us-east-1"}""",
            told.ToJsonString());
        Assert.Equal("undefined undefined", StepSpecs.Text((await Run(
            "function transform(record, event) { return `${record.kinesisRecordMetadata} ${event.sourceKinesisStreamArn}`; }", "x")).Records.Single()));
    }

    private static async Task<Processed> Run(string script, params string[] data)
    {
        using var transform = ScriptTransform.Create(script, s_options, out var error) ?? throw new FormatException(error);
        return await StepSpecs.Run(transform, data);
    }
}
