using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Destinations.Search;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Pipelines.Tests.Firehose.Destinations.Search;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>A delivery whose destination is an index: a document is its record, wherever the record comes to be.</summary>
public sealed class SearchDestinationSpecs : IAsyncLifetime
{
    private StrictSearchServer _server = null!;
    private Requests _requests = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await StrictSearchServer.StartAsync();
        _requests = new Requests();
        _http = new HttpClient(_requests);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_record_that_comes_to_another_place_is_still_the_same_document()
    {
        var refused = -1;
        await using var rig = Rig(new Refusing(() => refused));
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [.. Enumerable.Range(0, 10).Select(i => ("k", Document(i)))]);
        // Two requests of three documents each get through.
        _requests.CrashesAt = 3;
        Assert.False(await rig.RunAsync(shard, rig.End));
        Assert.Equal(6, _server.Documents.Count);
        rig.LoseSpool();
        refused = 0;
        _requests.CrashesAt = 0;

        Assert.True(await rig.RunAsync(shard, rig.End));

        // The first was loaded as it was answered first, and is refused now.
        Assert.Equal(Enumerable.Range(0, 10).Select(Document), _server.Documents.Values.Order(StringComparer.Ordinal));
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task Documents_that_are_refused_for_now_are_sent_again_alone_and_the_failed_ones_stay_failed()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 16, 0, 0, 0, TimeSpan.Zero));
        await using var rig = new DeliveryRig
        {
            Time = time,
            KeepsKeys = true,
            BufferBytesMax = 1 << 20,
            LoadRetry = TimeSpan.FromMinutes(5),
            Loader = _ => Loader(IndexRotation.None),
        };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [.. Enumerable.Range(0, 10).Select(i => ("k", Document(i)))]);
        var tries = 0;
        _server.Refuse = document => document switch
        {
            _ when document == Document(4) => (400, "mapper_parsing_exception", "no"),
            _ when document == Document(2) || document == Document(7) => ++tries > 4 ? null : (429, "es_rejected_execution_exception", "busy"),
            _ => null,
        };

        var running = rig.RunAsync(shard, rig.End);
        await Eventually.BeTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return running.IsCompleted;
            },
            "the end of the tries");

        Assert.True(await running);
        Assert.Equal(9, _server.Documents.Count);
        Assert.Contains("\"attemptsMade\":1", Assert.Single(rig.Store.Errors), StringComparison.Ordinal);
        // All of them in four requests, and twice one request with the two that were left.
        Assert.Equal(6, _server.Requests.Count);
    }

    [Fact]
    public async Task What_is_sent_again_by_a_person_is_the_document_that_may_be_there_already()
    {
        await using var rig = Rig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [.. Enumerable.Range(0, 10).Select(i => ("k", Document(i)))]);
        _server.LosesAnswers = true;
        Assert.True(await rig.RunAsync(shard, rig.End));
        Assert.Equal(3, _server.Documents.Count);
        Assert.Equal(10, rig.Store.Errors.Count);
        Assert.Equal(new RedriveResult(1, 0, Anew: 1), await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None));
        _server.LosesAnswers = false;

        var result = await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

        Assert.Equal(0, result.Left);
        Assert.Equal(Enumerable.Range(0, 10).Select(Document), _server.Documents.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_taken_apart_is_a_document_each()
    {
        await using var rig = Rig(new SubRecords(null));
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", Document(0) + Document(1)), ("k", Document(2))]);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal([Document(0), Document(1), Document(2)], _server.Documents.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_document_is_in_the_index_of_its_own_arrival_and_an_error_tells_that_arrival()
    {
        var file = Path.GetTempFileName();
        var midnight = new DateTimeOffset(2026, 1, 16, 0, 0, 0, TimeSpan.Zero);
        Write(file, KeyedRecords.Write(Record("a", midnight.AddMilliseconds(-1), Document(1))), KeyedRecords.Write(Record("b", midnight, Document(2))), KeyedRecords.Write(Record("c", midnight, "no JSON")));
        var failed = new List<FailedRecord>();
        var loader = Loader(IndexRotation.Day);

        var result = await loader.LoadAsync(Item(file) with { Fail = failed.Add }, default);

        Assert.IsType<LoadResult.Loaded>(result);
        Assert.Equal(["badges-2026-01-15", "badges-2026-01-16"], _server.Documents.Keys.Select(k => k.Index).Order(StringComparer.Ordinal));
        var only = Assert.Single(failed).Record;
        Assert.Equal(("c", midnight, "no JSON"), (only.Id, only.ArrivedAt, Encoding.UTF8.GetString(only.Raw.Span)));
        File.Delete(file);
    }

    [Fact]
    public async Task What_a_former_version_spooled_keeps_the_ids_by_its_places()
    {
        var file = Path.GetTempFileName();
        Write(file, Encoding.UTF8.GetBytes(Document(1)), Encoding.UTF8.GetBytes(Document(2)));

        Assert.IsType<LoadResult.Loaded>(await Loader(IndexRotation.None).LoadAsync(Item(file), default));

        Assert.Equal([$"{Guid.Empty}-0", $"{Guid.Empty}-1"], _server.Documents.Keys.Select(k => k.Id));
        File.Delete(file);
    }

    private static string Document(int n) => $$"""{"n":{{n}}}""";

    private static DeliveryRecord Record(string id, DateTimeOffset arrivedAt, string data) => new(id, arrivedAt, Encoding.UTF8.GetBytes(data)) { Key = "k" };

    private static ObjectToLoad Item(string file) => new("key", Guid.Empty, file, DateTimeOffset.UnixEpoch, "shard", default);

    private static void Write(string file, params byte[][] records)
    {
        using var output = File.Create(file);
        using var encoder = new RecordsFormat().Open(output);
        foreach (var record in records) encoder.Add(record);
    }

    private DeliveryRig Rig(params IRecordStep[] steps) => new() { Steps = [.. steps], KeepsKeys = true, BufferBytesMax = 1 << 20, Loader = _ => Loader(IndexRotation.None) };

    /// <summary>Three documents a request.</summary>
    private SearchLoader Loader(IndexRotation rotation) => new(
        new SearchClient(_http, new SearchOptions(_server.Url) { BulkDocumentsMax = 3 }, TimeProvider.System), new HttpClient(), _server.Url.ToString(), "badges", rotation, hasIds: true, "delivery");

    /// <summary>Refuses one of the records, another one each time that it is told so.</summary>
    private sealed class Refusing(Func<int> refused) : IRecordStep
    {
        public bool IsDeterministic => false;

        public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
        {
            var bad = records.Where(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("n").GetInt32() == refused()).ToList();
            return Task.FromResult(new Processed(
                [.. records.Except(bad)], [.. bad.Select(r => new FailedRecord(r, FailedRecord.ProcessingFailed, "Refusing", "as told", 1))], 0));
        }
    }

    /// <summary>The process ends at a request.</summary>
    private sealed class Requests() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _seen;

        /// <summary>From 1 on; 0 for never.</summary>
        public int CrashesAt { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            ++_seen == CrashesAt ? throw new CrashException() : base.SendAsync(request, cancellationToken);
    }
}
