using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using ActorStreams.Pipelines.Firehose.Destinations.Search;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Search;

public sealed class SearchClientSpecs : IAsyncLifetime
{
    private readonly HttpClient _http = HttpEndpointClient.CreateHttp();
    private StrictSearchServer _server = null!;

    public async Task InitializeAsync() => _server = await StrictSearchServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Documents_are_in_the_index_under_their_ids()
    {
        var outcomes = await SendAsync(Client(), [Document("a", 1), Document("b\"\n", 2), Document(null, 3)]);

        Assert.All(outcomes, o => Assert.IsType<SearchOutcome.Done>(o));
        Assert.Equal(["a", "b\"\n", "chosen-1"], _server.Documents.Keys.Select(k => k.Id));
        Assert.Equal("""{"n":2}""", _server.Documents[("badges", "b\"\n")]);
    }

    [Fact]
    public async Task A_repetition_after_a_lost_answer_changes_nothing()
    {
        _server.LosesAnswers = true;
        var lost = await SendAsync(Client(), [Document("a", 1), Document("b", 2)]);
        _server.LosesAnswers = false;
        var again = await SendAsync(Client(), [Document("a", 1), Document("b", 2), Document("c", 3)]);

        Assert.All(lost, o => Assert.IsType<SearchOutcome.Retry>(o));
        Assert.All(again, o => Assert.IsType<SearchOutcome.Done>(o));
        Assert.Equal(3, _server.Documents.Count);
    }

    [Fact]
    public async Task Each_document_has_an_outcome_of_its_own()
    {
        _server.Refuse = document => document switch
        {
            """{"n":1}""" => (400, "mapper_parsing_exception", "failed to parse field [n]"),
            """{"n":2}""" => (429, "es_rejected_execution_exception", "queue is full"),
            """{"n":3}""" => (503, "unavailable_shards_exception", "primary shard is not active"),
            """{"n":4}""" => (403, "cluster_block_exception", "index is read-only"),
            """{"n":5}""" => (400, "validation_exception", "maximum shards open"),
            _ => null,
        };

        var outcomes = await SendAsync(Client(), [.. Enumerable.Range(0, 7).Select(i => Document($"{i}", i))]);

        Assert.Equal([0, 6], Ordinals<SearchOutcome.Done>(outcomes));
        Assert.Equal([2, 3, 4, 5], Ordinals<SearchOutcome.Retry>(outcomes));
        Assert.Equal(new SearchOutcome.Failed("400 mapper_parsing_exception", "failed to parse field [n]"), outcomes[1]);
        Assert.Contains("queue is full", ((SearchOutcome.Retry)outcomes[2]).Reason);
    }

    [Fact]
    public async Task A_record_that_would_break_the_request_fails_alone_and_lines_are_kept_apart()
    {
        SearchDocument[] documents =
        [
            new("badges", "a", "not json"u8.ToArray()), new("badges", "b", "[1]"u8.ToArray()), new("badges", "c", "{\n \"n\": \"x\\ny\"\r\n}\n"u8.ToArray()), new("badges", "d", """{"n":1}{"n":2}"""u8.ToArray()),
            new("badges", new string('i', 513), "{}"u8.ToArray()),
        ];

        var outcomes = await SendAsync(Client(), documents);

        Assert.Equal([0, 1, 3, 4], Ordinals<SearchOutcome.Failed>(outcomes));
        Assert.Equal("""{"n":"x\ny"}""", Assert.Single(_server.Documents).Value);
    }

    [Fact]
    public async Task A_batch_is_cut_into_requests_and_into_smaller_ones_when_the_cluster_wants_that()
    {
        _server.BodyBytesMax = 300;
        var documents = Enumerable.Range(0, 40).Select(i => Document($"{i}", i)).Append(new SearchDocument("badges", "huge", Encoding.UTF8.GetBytes($$"""{"n":"{{new string('x', 400)}}"}"""))).ToList();

        var outcomes = await SendAsync(Client(o => o with { BulkBytesMax = 1_000 }), documents);

        Assert.Equal(40, Ordinals<SearchOutcome.Done>(outcomes).Count());
        Assert.Contains("413", Assert.IsType<SearchOutcome.Failed>(outcomes[40]).Code);
        Assert.Equal(40, _server.Documents.Count);
    }

    [Theory]
    [InlineData(401, "who are you", "401: who are you")]
    [InlineData(503, "", "503")]
    [InlineData(200, "<html>", "not understood")]
    [InlineData(200, "{}", "no list of items")]
    [InlineData(200, """{"items":[]}""", "0 items for 1 documents")]
    [InlineData(200, """{"items":[{"create":{"_id":"z","status":201}}]}""", "'z' instead of 'a'")]
    [InlineData(200, """{"items":[{"create":{"_id":"a"}}]}""", "not understood")]
    public async Task An_answer_that_tells_nothing_of_the_documents_sends_them_again(int status, string body, string reason)
    {
        _server.AnswerAlways(status, body);

        Assert.Contains(reason, Assert.IsType<SearchOutcome.Retry>(Assert.Single(await SendAsync(Client(), [Document("a", 1)]))).Reason);
    }

    [Fact]
    public async Task A_password_is_sent_and_in_no_text()
    {
        var options = new SearchOptions(_server.Url) { User = "admin", Password = "secret-1" };
        await SendAsync(new SearchClient(_http, options, TimeProvider.System), [Document("a", 1)]);

        Assert.Equal("Basic " + Convert.ToBase64String("admin:secret-1"u8), Assert.Single(_server.Requests).Headers["Authorization"]);
        Assert.DoesNotContain("secret", options.ToString());
    }

    [Theory]
    [InlineData(IndexRotation.None, "2026-01-15T10:59:59Z", "badges")]
    [InlineData(IndexRotation.Hour, "2026-01-15T12:00:00+02:00", "badges-2026-01-15-10")]
    [InlineData(IndexRotation.Day, "2026-01-15T10:59:59Z", "badges-2026-01-15")]
    [InlineData(IndexRotation.Week, "2026-01-15T10:59:59Z", "badges-2026-w03")]
    [InlineData(IndexRotation.Week, "2024-12-30T00:00:00Z", "badges-2025-w01")]
    [InlineData(IndexRotation.Month, "2026-01-15T10:59:59Z", "badges-2026-01")]
    public void Indexes_rotate_in_utc(IndexRotation rotation, string at, string expected) =>
        Assert.Equal(expected, SearchIndexes.NameOf("badges", rotation, DateTimeOffset.Parse(at, null)));

    /// <summary>An outcome for each document, in order; none is told twice.</summary>
    private static async Task<IReadOnlyList<SearchOutcome>> SendAsync(SearchClient client, IReadOnlyList<SearchDocument> documents)
    {
        var outcomes = new Dictionary<int, SearchOutcome>();
        await client.SendAsync(documents, (ordinal, _, outcome) => outcomes.Add(ordinal, outcome), default);
        return [.. Enumerable.Range(0, documents.Count).Select(i => outcomes[i])];
    }

    private static IEnumerable<int> Ordinals<T>(IReadOnlyList<SearchOutcome> outcomes) => Enumerable.Range(0, outcomes.Count).Where(i => outcomes[i] is T);

    private static SearchDocument Document(string? id, int n) => new("badges", id, Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""));

    private SearchClient Client(Func<SearchOptions, SearchOptions>? change = null)
    {
        var options = new SearchOptions(_server.Url);
        return new SearchClient(_http, change?.Invoke(options) ?? options, TimeProvider.System);
    }
}
