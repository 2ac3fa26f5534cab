using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Http;

public sealed class HttpEndpointClientSpecs : IAsyncLifetime
{
    private const string Good = """{"requestId":"request-1","timestamp":1768471200000}""";
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeMilliseconds(1_768_471_200_000);
    private static readonly HttpDelivery Delivery = new("request-1", Created, ["one"u8.ToArray(), "two\n"u8.ToArray()]);

    private readonly FakeTimeProvider _time = new(Created);
    private readonly HttpClient _http = HttpEndpointClient.CreateHttp();
    private StubServer _server = null!;

    public async Task InitializeAsync() => _server = await StubServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_is_as_the_contract_has_it(bool gzip)
    {
        _server.Always(200, Good);

        var answer = await Client(o => o with
        {
            AccessKey = "key-1",
            Gzip = gzip,
            CommonAttributes = ImmutableSortedDictionary<string, string>.Empty.Add("site", "Köln").Add("line", "2"),
        }).SendAsync(Delivery, default);

        Assert.IsType<HttpAnswer.Delivered>(answer);
        var seen = Assert.Single(_server.Requests);
        Assert.Equal(("POST", "/deliver", "?a=b"), (seen.Method, seen.Path, seen.Query));
        Assert.Equal("application/json", seen.Headers["Content-Type"]);
        Assert.Equal(gzip, seen.Headers.ContainsKey("Content-Encoding"));
        Assert.Equal("1.0", seen.Headers["X-Amz-Firehose-Protocol-Version"]);
        Assert.Equal("request-1", seen.Headers["X-Amz-Firehose-Request-Id"]);
        Assert.Equal("arn:aws:firehose:us-east-1:000000000000:deliverystream/badges", seen.Headers["X-Amz-Firehose-Source-Arn"]);
        Assert.Equal("key-1", seen.Headers["X-Amz-Firehose-Access-Key"]);
        var attributes = JsonDocument.Parse(seen.Headers["X-Amz-Firehose-Common-Attributes"]).RootElement.GetProperty("commonAttributes");
        Assert.Equal("Köln", attributes.GetProperty("site").GetString());
        Assert.Equal("""{"requestId":"request-1","timestamp":1768471200000,"records":[{"data":"b25l"},{"data":"dHdvCg=="}]}""", Encoding.UTF8.GetString(seen.Body));
    }

    [Fact]
    public async Task A_repetition_is_the_same_request_to_the_byte()
    {
        _server.Always(500);
        var client = Client();

        await client.SendAsync(Delivery, default);
        _time.Advance(TimeSpan.FromHours(1));
        await client.SendAsync(Delivery, default);

        Assert.Equal(_server.Requests[0].Body, _server.Requests[1].Body);
        Assert.Equal(_server.Requests[0].Headers["X-Amz-Firehose-Request-Id"], _server.Requests[1].Headers["X-Amz-Firehose-Request-Id"]);
    }

    [Theory]
    [InlineData(500, "{\"errorMessage\":\"disk full\"}", "500: disk full")]
    [InlineData(400, "no", "400: no")]
    [InlineData(302, "", "302")]
    [InlineData(201, Good, "201")]
    [InlineData(200, "", "not JSON")]
    [InlineData(200, "[]", "no JSON object")]
    [InlineData(200, "{\"requestId\":\"other\",\"timestamp\":1}", "'other' instead of 'request-1'")]
    [InlineData(200, "{\"requestId\":\"request-1\"}", "timestamp")]
    public async Task An_answer_that_is_not_the_contracts_is_tried_again_with_its_reason(int status, string body, string reason)
    {
        _server.Always(status, body);

        var retry = Assert.IsType<HttpAnswer.RetryLater>(await Client().SendAsync(Delivery, default));

        Assert.Contains(reason, retry.Reason);
        Assert.Null(retry.After);
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_never_sent_again()
    {
        _server.Always(413, "too large");

        Assert.Contains("413", Assert.IsType<HttpAnswer.Rejected>(await Client().SendAsync(Delivery, default)).Reason);
    }

    [Theory]
    [InlineData("120")]
    [InlineData("Thu, 15 Jan 2026 10:02:00 GMT")]
    public async Task Retry_after_is_handed_on(string value)
    {
        _server.Always(503, "", ("Retry-After", value));

        Assert.Equal(TimeSpan.FromMinutes(2), Assert.IsType<HttpAnswer.RetryLater>(await Client().SendAsync(Delivery, default)).After);
    }

    [Fact]
    public async Task An_answer_of_more_than_a_mebibyte_is_none()
    {
        _server.Always(200, Good + new string(' ', 1 << 20));

        Assert.Contains("more than 1048576 bytes", Assert.IsType<HttpAnswer.RetryLater>(await Client().SendAsync(Delivery, default)).Reason);
    }

    [Fact]
    public async Task An_endpoint_that_is_silent_for_three_minutes_or_not_there_is_tried_again()
    {
        var asked = new TaskCompletionSource();
        _server.Answer = (_, context) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var send = Client().SendAsync(Delivery, default);
        await asked.Task;
        _time.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromMilliseconds(1));
        Assert.False(send.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Contains("within 180 s", Assert.IsType<HttpAnswer.RetryLater>(await send).Reason);
        var nobody = Client(o => o with { Url = new Uri("http://127.0.0.1:1/") });
        Assert.Contains("could not be reached", Assert.IsType<HttpAnswer.RetryLater>(await nobody.SendAsync(Delivery, default)).Reason);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again_and_a_caller_that_gives_up_is_told_so()
    {
        _server.Answer = (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.IsType<HttpAnswer.RetryLater>(await Client().SendAsync(Delivery, default));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().SendAsync(Delivery, new CancellationToken(canceled: true)));
    }

    private HttpEndpointClient Client(Func<HttpEndpointOptions, HttpEndpointOptions>? change = null)
    {
        var options = new HttpEndpointOptions(new Uri(_server.Url, "/deliver?a=b"), "arn:aws:firehose:us-east-1:000000000000:deliverystream/badges");
        return new HttpEndpointClient(_http, change?.Invoke(options) ?? options, _time);
    }
}
