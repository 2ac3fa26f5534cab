using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Pipelines.Tests.Sinks;

public sealed class WebhookSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("webhook-specs");
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private readonly ConcurrentQueue<(string Id, string Body)> _posts = new();
    private readonly List<SliceDone> _done = [];
    private WebApplication? _server;
    private Func<int, int> _answer = _ => 200;
    private string _url = "";
    private ShardKey _shard;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/hook", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            var id = context.Request.Headers[WebhookSink.IdHeader].ToString();
            _posts.Enqueue((id, body));
            context.Response.StatusCode = _answer(_posts.Count(p => p.Id == id));
        });
        await _server.StartAsync();
        _url = _server.Urls.First() + "/hook";
        _streams.Create("alerts");
        _streams.Create("dead");
        _shard = _streams.Create("source").Shards[0].Key;
        for (var i = 0; i < 20; i++) _streams.Put("source", "k", A.Reading(10 + (i % 2)));
        _streams.Put("source", "k", A.Reading(100));
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server!.DisposeAsync();
        await _system.Terminate();
    }

    [Fact]
    public async Task An_alert_is_posted_as_it_stands_in_the_output_under_a_stable_id()
    {
        using var graph = Run();
        await DoneAsync(new ShardPosition(22, 1));

        var (id, body) = Assert.Single(_posts);
        var (_, data, _) = Assert.Single(_streams.All("alerts"));
        Assert.Equal(data, body);
        Assert.Equal($"watch-{_streams.All("source")[^1].Number}-0", id);
    }

    [Fact]
    public async Task A_failing_answer_is_tried_again_under_the_same_id()
    {
        _answer = attempt => attempt < 3 ? 503 : 200;

        using var graph = Run();
        await DoneAsync(new ShardPosition(22, 1));

        Assert.Equal(3, _posts.Count);
        Assert.Single(_posts.Select(p => p.Id).Distinct());
        Assert.Empty(_streams.All("dead"));
    }

    [Theory]
    [InlineData(503, 3)]
    [InlineData(404, 1)]
    public async Task An_alert_that_cannot_be_posted_becomes_a_dead_letter_and_is_in_the_output_all_the_same(int status, int attempts)
    {
        _answer = _ => status;

        using var graph = Run();
        await DoneAsync(new ShardPosition(22, 1));

        var (_, data, _) = Assert.Single(_streams.All("alerts"));
        var letter = JsonDocument.Parse(Assert.Single(_streams.All("dead")).Data).RootElement;
        Assert.Equal(attempts, letter.GetProperty("attempts").GetInt32());
        Assert.Equal(attempts, _posts.Count);
        Assert.Contains($"answered {status}", letter.GetProperty("error").GetString());
        Assert.Equal(data, Encoding.UTF8.GetString(letter.GetProperty("data").GetBytesFromBase64()));
        Assert.Equal(_streams.All("source")[^1].Number.ToString(), letter.GetProperty("sequenceNumber").GetString());
    }

    [Fact]
    public async Task A_webhook_that_is_not_there_holds_up_neither_the_output_nor_what_follows()
    {
        _url = "http://127.0.0.1:1/hook";

        using var graph = Run();
        await DoneAsync(new ShardPosition(22, 1));

        Assert.Single(_streams.All("alerts"));
        Assert.Single(_streams.All("dead"));
    }

    [Fact]
    public async Task What_is_below_the_checkpoint_is_not_posted_again()
    {
        using (Run()) await DoneAsync(new ShardPosition(22, 1));
        _done.Clear();

        using var again = Run(epoch: 2, checkpoint: new ShardPosition(22, 1));
        await DoneAsync(new ShardPosition(22, 1));

        Assert.Single(_posts);
    }

    [Fact]
    public async Task Dead_letters_of_webhook_and_decoder_are_written_in_order()
    {
        _answer = _ => 400;
        _streams.Put("source", [("k", "garbage"), ("k", A.Reading(500)), ("k", "garbage again")]);

        using var graph = Run();
        await DoneAsync(new ShardPosition(23, 3));

        var numbers = _streams.All("dead").Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("sequenceNumber").GetString()).ToList();
        Assert.Equal(4, numbers.Count);
        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
    }

    private ConsumerGraph Run(long epoch = 1, ShardPosition checkpoint = default) => ConsumerGraph.Run(
        new GraphStart(A.Definition() with { Webhook = _url }, _shard, epoch, default, checkpoint, OperatorState.Empty),
        A.Options(), _streams, _http, TimeProvider.System, _system.Materializer(), slice =>
        {
            lock (_done) _done.Add(slice);
        });

    private Task DoneAsync(ShardPosition position) => Eventually.BeTrueAsync(
        () =>
        {
            lock (_done) return _done.Any(s => s.Position == position);
        },
        $"the source done up to {position}");
}
