using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Http;

public sealed class SplunkClientSpecs : IAsyncLifetime
{
    private static readonly Guid Channel = new("3c1b2f6e-0000-4000-8000-000000000001");
    private static readonly HttpDelivery Delivery = new("request-1", DateTimeOffset.UnixEpoch, ["""{"event":"a"}"""u8.ToArray(), """{"event":"b"}"""u8.ToArray()]);

    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly HttpClient _http = HttpEndpointClient.CreateHttp();
    private StubServer _server = null!;
    private int _questions;

    public async Task InitializeAsync() => _server = await StubServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(SplunkEndpointType.Raw, "/services/collector/raw")]
    [InlineData(SplunkEndpointType.Event, "/services/collector/event")]
    public async Task Records_are_delivered_once_an_indexer_has_acknowledged_them(SplunkEndpointType type, string path)
    {
        Collect(acknowledgedAt: 3);

        var answer = await PassTimeAsync(Client(type).SendAsync(Delivery, default));

        Assert.IsType<HttpAnswer.Delivered>(answer);
        var sent = Assert.Single(_server.Requests, r => !r.Path.EndsWith("/ack"));
        Assert.Equal((path, $"?channel={Channel}"), (sent.Path, sent.Query));
        Assert.Equal("Splunk token-1", sent.Headers["Authorization"]);
        Assert.Equal("""{"event":"a"}{"event":"b"}""", Encoding.UTF8.GetString(sent.Body));
        Assert.Equal(3, _questions);
        Assert.All(_server.Requests.Where(r => r.Path.EndsWith("/ack")), r => Assert.Equal("""{"acks":[7]}""", Encoding.UTF8.GetString(r.Body)));
    }

    [Fact]
    public async Task Records_that_nobody_acknowledges_are_sent_again()
    {
        Collect(acknowledgedAt: int.MaxValue);

        var answer = await PassTimeAsync(Client().SendAsync(Delivery, default));

        Assert.Contains("did not acknowledge within 180 s", Assert.IsType<HttpAnswer.RetryLater>(answer).Reason);
    }

    [Theory]
    [InlineData(400, 6, true)]
    [InlineData(400, 12, true)]
    [InlineData(413, 0, true)]
    [InlineData(400, 7, false)]
    [InlineData(403, 4, false)]
    [InlineData(503, 9, false)]
    public async Task Data_that_splunk_never_takes_is_rejected_and_all_else_is_tried_again(int status, int code, bool isRejected)
    {
        _server.Always(status, $$"""{"text":"no","code":{{code}}}""");

        var answer = await Client().SendAsync(Delivery, default);

        Assert.Equal(isRejected, answer is HttpAnswer.Rejected);
        Assert.Equal(!isRejected, answer is HttpAnswer.RetryLater);
    }

    [Fact]
    public async Task A_token_without_acknowledgement_is_named()
    {
        _server.Always(200, """{"text":"Success","code":0}""");

        Assert.Contains("ackId", Assert.IsType<HttpAnswer.RetryLater>(await Client().SendAsync(Delivery, default)).Reason);
    }

    [Theory]
    [InlineData("""{"event":{"a":1},"time":5}""", true)]
    [InlineData("""{"time":{"event":1}}""", false)]
    [InlineData("""{"event":""}""", false)]
    [InlineData("""{"event":null}""", false)]
    [InlineData("[1]", false)]
    [InlineData("event", false)]
    [InlineData("", false)]
    public void A_record_that_would_spoil_its_batch_is_found_before(string record, bool isGood) =>
        Assert.Equal(isGood, SplunkClient.EventFault(Encoding.UTF8.GetBytes(record)) is null);

    private void Collect(int acknowledgedAt) => _server.Answer = (request, context) => context.Response.WriteAsync(
        request.Path.EndsWith("/ack", StringComparison.Ordinal)
            ? $$$"""{"acks":{"7":{{{(Interlocked.Increment(ref _questions) >= acknowledgedAt ? "true" : "false")}}}}}"""
            : """{"text":"Success","code":0,"ackId":7}""");

    /// <summary>A second for each request that comes, so that a slow machine does not use the time up that acknowledging may take.</summary>
    private async Task<HttpAnswer> PassTimeAsync(Task<HttpAnswer> send)
    {
        while (!send.IsCompleted)
        {
            var seen = _server.Requests.Count;
            _time.Advance(TimeSpan.FromSeconds(1));
            for (var look = 0; look < 100 && !send.IsCompleted && _server.Requests.Count == seen; look++) await Task.Delay(1);
        }
        return await send;
    }

    private SplunkClient Client(SplunkEndpointType type = SplunkEndpointType.Event) =>
        new(_http, new SplunkOptions(_server.Url, "token-1", type, Channel) { Timeout = TimeSpan.FromHours(1) }, _time);
}
