using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Functions;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose.Processing;

public sealed class FunctionTransformSpecs
{
    private static readonly FunctionOptions s_options = new()
    {
        Event = StepSpecs.DirectPut,
        Retry = new RetryDelays(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
    };

    [Fact]
    public async Task Records_are_asked_about_as_firehose_asks_and_take_what_was_answered()
    {
        var function = new Function(e => Answer(
            Result("2", "Ok", "C"), Result("0", "Ok", "A", """{"zone":"north","n":7}"""), Result("1", "Dropped"), Result("3", "ProcessingFailed", "D")));

        var processed = await Run(function, "a", "b", "c", "d");

        Assert.Equal(["0:A", "2:C"], processed.Records.Select(r => $"{r.Id}:{StepSpecs.Text(r)}"));
        Assert.Equal(["lambda:n=7", "lambda:zone=north"], processed.Records[0].PartitionKeys.Select(k => $"{k.Key}={k.Value}"));
        Assert.Equal("a", Encoding.UTF8.GetString(processed.Records[0].Raw.Span));
        Assert.Equal(1, processed.Dropped);
        Assert.Equal(("3", "processing-failed", "Lambda.ProcessingFailedStatus", 1), Told(Assert.Single(processed.Failed)));
        var asked = Assert.Single(function.Events);
        Assert.Equal(("us-east-1", s_options.Event.DeliveryStreamArn), ((string)asked["region"]!, (string)asked["deliveryStreamArn"]!));
        Assert.True(Guid.TryParse((string)asked["invocationId"]!, out _));
        Assert.Equal("""{"recordId":"0","approximateArrivalTimestamp":1773068645000,"data":"YQ=="}""", asked["records"]![0]!.ToJsonString());
        Assert.Null(asked["sourceKinesisStreamArn"]);
    }

    [Fact]
    public async Task What_is_missing_doubled_unknown_or_wrong_in_the_answer_fails_its_record_alone()
    {
        var function = new Function(_ => Answer(
            Result("0", "Ok", "A"), Result("1", "Ok", "B"), Result("1", "Ok", "B"), Result("x", "Ok", "X"), Result("3", "Perhaps", "D"),
            """{"recordId":"4","result":"Ok","data":"?"}""", Result("5", "Ok", "F", """{"zone":""}"""), "17", Result("6", "Ok", "G", """{"zone":null}""")));

        var processed = await Run(function, "a", "b", "c", "d", "e", "f", "g");

        Assert.Equal("0", Assert.Single(processed.Records).Id);
        Assert.Equal(
            [
                ("1", "Lambda.DuplicatedRecordId", "The answer has the recordId more than once."),
                ("2", "Lambda.MissingRecordId", "The answer lacks the recordId, and has 2 that were not asked about."),
                ("3", "Lambda.JsonProcessingException", "The result is Perhaps; Ok, Dropped and ProcessingFailed are allowed."),
                ("4", "Lambda.JsonProcessingException", "The result is Ok, but data is not Base64."),
                ("5", "Lambda.JsonProcessingException", "partitionKeys values must not be null or empty: zone."),
                ("6", "Lambda.JsonProcessingException", "partitionKeys values must not be null or empty: zone."),
            ],
            processed.Failed.Select(f => (f.Record.Id, f.Code, f.Message)));
    }

    [Theory]
    [InlineData(500, 4, "Lambda.FunctionError", "answered 500.")]
    [InlineData(429, 4, "Lambda.InvokeLimitExceeded", "answered 429.")]
    [InlineData(400, 1, "Lambda.FunctionError", "answered 400.")]
    [InlineData(0, 4, "Lambda.FunctionError", "could not be asked")]
    [InlineData(200, 1, "Lambda.JsonProcessingException", "no answer that can be read")]
    public async Task A_call_that_fails_is_tried_again_where_it_may_pass(int status, int calls, string code, string message)
    {
        var function = new Function(_ => status == 0 ? throw new HttpRequestException("refused") : Answer((HttpStatusCode)status, "[]"));

        var processed = await Run(function, "a", "b");

        Assert.Equal(calls, function.Events.Count);
        Assert.Equal(2, processed.Failed.Count);
        Assert.All(processed.Failed, f => Assert.Equal((code, calls), (f.Code, f.Attempts)));
        Assert.Contains(message, processed.Failed[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_passes_at_last_is_good()
    {
        var calls = 0;
        var function = new Function(_ => ++calls < 4 ? Answer(HttpStatusCode.BadGateway, "") : Answer(Result("0", "Ok", "A")));

        Assert.Single((await Run(function, "a")).Records);
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task A_function_that_hangs_is_left_after_its_time()
    {
        var function = new Function(_ => null);

        var processed = await Run(function, s_options with { Timeout = TimeSpan.FromMilliseconds(20), NumberOfRetries = 1 }, "a");

        Assert.Equal(("0", "processing-failed", "Lambda.FunctionTimedOut", 2), Told(Assert.Single(processed.Failed)));
    }

    [Fact]
    public async Task What_a_function_is_waited_for_is_told_and_how_each_call_ended()
    {
        var calls = 0;
        var function = new Function(_ => ++calls switch
        {
            1 => null,
            2 => Answer(HttpStatusCode.TooManyRequests, ""),
            3 => Answer(HttpStatusCode.BadGateway, ""),
            _ => Answer(Result("0", "Ok", "A"), Result("1", "Dropped")),
        });
        using var http = new HttpClient(function);
        var watcher = new ToldWatcher();
        var step = new FunctionTransform(http, new Uri("http://function/"), s_options with { Timeout = TimeSpan.FromMilliseconds(20) }, TimeProvider.System) { Watcher = watcher };

        await StepSpecs.Run(step, "a", "b");

        Assert.Equal(
            [
                "The function http://function/ has not answered about 2 records; a call may take 0.02 s.",
                "The function http://function/ did not answer within 0.02 s. It is asked again about 2 records, 4 times at most.",
                "The function http://function/ answered 429. It is asked again about 2 records, 4 times at most.",
                "The function http://function/ answered 502. It is asked again about 2 records, 4 times at most.",
                null,
            ],
            watcher.Waited);
        Assert.Equal([(TransformOutcome.TimedOut, 1), (TransformOutcome.Throttled, 1), (TransformOutcome.Failed, 1), (TransformOutcome.Done, 1)], watcher.Calls);
    }

    [Fact]
    public async Task Stopping_ends_the_wait_and_answers_nothing()
    {
        using var stop = new CancellationTokenSource();
        using var http = new HttpClient(new Function(_ =>
        {
            stop.Cancel();
            return null;
        }));
        var step = new FunctionTransform(http, new Uri("http://function/"), s_options, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step.ProcessAsync([StepSpecs.Record("0", "a")], stop.Token));
    }

    [Fact]
    public async Task Batches_are_bounded_by_data_and_by_what_a_call_carries_and_one_that_fails_leaves_the_others()
    {
        var function = new Function(e => e["records"]![0]!["recordId"]!.ToString() == "2"
            ? Answer(HttpStatusCode.BadRequest, "")
            : Answer([.. e["records"]!.AsArray().Select(r => Result(r!["recordId"]!.ToString(), "Ok", "x"))]));
        var large = new string('x', 500_000);

        var processed = await Run(function, large, large, large, large, new string('y', 100_000));
        Assert.Equal([2, 2, 1], function.Events.Select(e => e["records"]!.AsArray().Count));
        Assert.Equal(["0", "1", "4"], processed.Records.Select(r => r.Id));
        Assert.Equal(["2", "3"], processed.Failed.Select(f => f.Record.Id));

        function.Events.Clear();
        await Run(function, s_options with { BufferSizeInMBs = 100 }, [.. Enumerable.Repeat(new string('x', 1_024_000), 5)]);
        Assert.Equal([4, 1], function.Events.Select(e => e["records"]!.AsArray().Count));
    }

    [Fact]
    public async Task Calls_carry_no_more_than_they_may_with_what_is_told_of_each_record()
    {
        var function = new Function(e => Answer([.. e["records"]!.AsArray().Select(r => Result(r!["recordId"]!.ToString(), "Ok", "x"))]));
        var options = s_options with { Event = StepSpecs.DirectPut with { SourceStreamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks" } };
        var number = new SequenceNumber(new Incarnation(7), 1, 3, 20, 5).ToString();
        using var http = new HttpClient(function, disposeHandler: false);
        var step = new FunctionTransform(http, new Uri("http://function/"), options, TimeProvider.System);

        // JSON writes each of these keys' characters as six.
        var processed = await step.ProcessAsync(
            [.. Enumerable.Range(0, 5_000).Select(i => StepSpecs.Record($"{number}.{i}", "") with { Key = new string('ä', 256) })], CancellationToken.None);

        Assert.Equal(5_000, processed.Records.Count);
        Assert.InRange(function.Events.Count, 2, 3);
        Assert.Equal(
            $$"""{"sequenceNumber":"{{number}}","subsequenceNumber":4999,"shardId":"shardId-000000000003","approximateArrivalTimestamp":1773068645000}""",
            WithoutKey(function.Events[^1]["records"]!.AsArray()[^1]!["kinesisRecordMetadata"]!.AsObject()));

        static string WithoutKey(JsonObject metadata)
        {
            Assert.True(metadata.Remove("partitionKey"));
            return metadata.ToJsonString();
        }
    }

    private static (string, string, string, int) Told(FailedRecord failed) => (failed.Record.Id, failed.Type, failed.Code, failed.Attempts);

    private static Task<Processed> Run(Function function, params string[] data) => Run(function, s_options, data);

    private static async Task<Processed> Run(Function function, FunctionOptions options, params string[] data)
    {
        using var http = new HttpClient(function, disposeHandler: false);
        return await StepSpecs.Run(new FunctionTransform(http, new Uri("http://function/"), options, TimeProvider.System), data);
    }

    private static string Result(string id, string result, string? data = null, string? keys = null)
    {
        var encoded = data is null ? "" : $",\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(data))}\"";
        return string.Create(CultureInfo.InvariantCulture, $"{{\"recordId\":\"{id}\",\"result\":\"{result}\"{encoded}{(keys is null ? "" : $",\"metadata\":{{\"partitionKeys\":{keys}}}")}}}");
    }

    private static HttpResponseMessage Answer(params string[] results) => Answer(HttpStatusCode.OK, $"{{\"records\":[{string.Join(',', results)}]}}");

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body) };

    /// <summary>Answers what it is told to; null hangs until the caller leaves.</summary>
    private sealed class Function(Func<JsonNode, HttpResponseMessage?> answer) : HttpMessageHandler
    {
        public List<JsonNode> Events { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsByteArrayAsync(CancellationToken.None);
            Assert.InRange(body.Length, 1, FunctionOptions.PayloadBytesMax);
            Events.Add(JsonNode.Parse(body)!);
            if (answer(Events[^1]) is { } response) return response;
            await Task.Delay(System.Threading.Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It waits for ever.");
        }
    }
}
