using System.Text.Json;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Streams;

namespace ActorStreams.Pipelines.Tests.Consumers;

public sealed class ConsumerGraphSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("graph-specs");
    private readonly FakeStreams _streams = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private readonly List<SliceDone> _done = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _system.Terminate();
    }

    [Fact]
    public async Task A_spike_becomes_one_alert_that_names_its_record()
    {
        var shard = Streams();
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));

        using var graph = Run(shard);
        await Eventually.BeTrueAsync(() => _streams.All("alerts").Count == 1, "one alert");

        var (key, data, _) = _streams.All("alerts")[0];
        Assert.Equal("k", key);
        using var alert = JsonDocument.Parse(data);
        Assert.Equal(
            ["time", "key", "value", "mean", "deviation", "score", "sequenceNumber"], alert.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(100, alert.RootElement.GetProperty("value").GetDouble());
        Assert.Equal(_streams.All("source")[^1].Number.ToString(), alert.RootElement.GetProperty("sequenceNumber").GetString());
    }

    [Fact]
    public async Task Records_that_cannot_be_decoded_become_dead_letters_and_hold_nothing_up()
    {
        var shard = Streams();
        _streams.Put("source", [("k", "garbage"), ("k", "{}"), ("k", """{"value":"high"}"""), ("k", A.Reading(1))]);

        using var graph = Run(shard);
        await Eventually.BeTrueAsync(() => Position() == new ShardPosition(2, 4), "the source done");

        var letters = _streams.All("dead").Select(r => JsonDocument.Parse(r.Data).RootElement).ToList();
        Assert.Equal(3, letters.Count);
        Assert.Equal(
            ["application", "sourceStream", "shardId", "sequenceNumber", "partitionKey", "arrivalTime", "error", "attempts", "data"],
            letters[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("garbage"u8.ToArray(), letters[0].GetProperty("data").GetBytesFromBase64());
        Assert.Equal("The field value is missing.", letters[1].GetProperty("error").GetString());
        Assert.Equal("The field value is not a number but text.", letters[2].GetProperty("error").GetString());
        Assert.Equal("shardId-000000000000", letters[0].GetProperty("shardId").GetString());
        Assert.Equal(new ConsumerCounts(4, 0, 3, 0), Total());
    }

    [Fact]
    public async Task A_replay_rebuilds_the_detector_and_sends_nothing_twice()
    {
        var shard = Streams();
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));
        using (var first = Run(shard, epoch: 1))
            await Eventually.BeTrueAsync(() => _streams.All("alerts").Count == 1, "the first alert");
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(200));

        using var second = Run(shard, epoch: 2);
        await Eventually.BeTrueAsync(() => _streams.All("alerts").Count >= 2, "the second alert");
        await DrainAsync(second);

        Assert.Equal([100d, 200d], _streams.All("alerts").Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("value").GetDouble()));
    }

    [Fact]
    public async Task Outputs_below_the_checkpoint_are_not_sent_to_an_output_that_was_made_anew()
    {
        var shard = Streams();
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));
        using var graph = Run(shard, checkpoint: new ShardPosition(22, 1));
        PutSteady(1);

        await Eventually.BeTrueAsync(() => Position() == new ShardPosition(23, 1), "the source done");

        Assert.Empty(_streams.All("alerts"));
        Assert.Equal(1, Total().Records);
    }

    [Fact]
    public async Task A_gap_of_trimmed_records_is_reported()
    {
        var shard = Streams();
        PutSteady(20);
        _streams.Trim("source", 0, 11);

        using var graph = Run(shard, from: new ShardPosition(5, 0));
        await Eventually.BeTrueAsync(() => Total().Records == 10, "ten records left");

        Assert.Equal(1, Total().Gaps);
        Assert.Equal(new ShardPosition(5, 0), _done[0].Skipped!.Asked);
        Assert.Equal(12, _done[0].Skipped!.FirstKeptRow);
    }

    [Fact]
    public async Task A_damaged_row_fails_the_graph_after_what_lies_before_it()
    {
        var shard = Streams();
        PutSteady(5);
        _streams.Damage("source", 0, 4);

        using var graph = Run(shard);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => graph.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("Row 4", Assert.IsType<DamagedSourceException>(failure.GetBaseException()).Message);
    }

    [Fact]
    public async Task The_end_of_a_closed_shard_comes_with_the_final_state()
    {
        var shard = Streams();
        PutSteady(5);
        _streams.Split("source", 0);

        using var graph = Run(shard);
        await graph.Completion.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(_done[^1].IsEnd);
        Assert.Equal("k", Assert.Single(_done[^1].Kept!.Keys).Key);
        Assert.Equal(5, Total().Records);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_asked_again()
    {
        var shard = Streams();
        PutSteady(5);
        var refusals = 5;
        _streams.OnRead = _ => refusals-- > 0;

        using var graph = Run(shard);

        await Eventually.BeTrueAsync(() => Total().Records == 5, "all records after the refusals");
        Assert.Null(graph.SourceWaiting);
    }

    [Fact]
    public async Task A_later_incarnation_fences_the_former_one()
    {
        var shard = Streams();
        PutSteady(20);
        using var former = Run(shard, epoch: 1);
        await Eventually.BeTrueAsync(() => Total().Records == 20, "the former one at the tip");
        using var later = Run(shard, epoch: 2);
        await Eventually.BeTrueAsync(() => Total().Records == 40, "the later one at the tip");

        _streams.Put("source", "k", A.Reading(100));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => former.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.IsType<ConsumerFencedException>(failure.GetBaseException());
        await Eventually.BeTrueAsync(() => _streams.All("alerts").Count == 1, "one alert, of the later one");
    }

    [Fact]
    public async Task A_missing_output_holds_the_source_back_until_it_is_there()
    {
        var shard = Streams();
        _streams.Delete("alerts");
        PutSteady(20);
        _streams.Put("source", "k", A.Reading(100));
        using var graph = Run(shard);
        await Eventually.BeTrueAsync(() => graph.SinkWaiting is not null, "waiting for the output");
        Assert.Empty(_done);

        _streams.Create("alerts");

        await Eventually.BeTrueAsync(() => _streams.All("alerts").Count == 1, "the alert");
        Assert.Null(graph.SinkWaiting);
    }

    [Fact]
    public async Task User_records_of_an_aggregated_record_are_worked_on_one_by_one_and_their_output_names_them()
    {
        var shard = Streams();
        PutSteady(19);
        _streams.Put("source", [("aggregate", KplRecord.Of(
        [
            User("k", A.Reading(10)), User("k", A.Reading(100)), User("other", "garbage"), User("k", A.Reading(10)), User("k", A.Reading(900)),
        ]))]);

        using var graph = Run(shard);
        await Eventually.BeTrueAsync(() => Position() == new ShardPosition(21, 1), "the source done");

        var source = _streams.All("source")[^1].Number.ToString();
        Assert.Equal([(100d, 1), (900d, 4)], _streams.All("alerts").Select(r => JsonDocument.Parse(r.Data).RootElement)
            .Select(a => (a.GetProperty("value").GetDouble(), a.GetProperty("subSequenceNumber").GetInt32())));
        Assert.All(_streams.All("alerts"), a => Assert.Contains(source, a.Data, StringComparison.Ordinal));
        var letter = JsonDocument.Parse(Assert.Single(_streams.All("dead")).Data).RootElement;
        Assert.Equal((2, "other"), (letter.GetProperty("subSequenceNumber").GetInt32(), letter.GetProperty("partitionKey").GetString()));
        Assert.Equal("garbage"u8.ToArray(), letter.GetProperty("data").GetBytesFromBase64());
        Assert.Equal((new ConsumerCounts(20, 2, 1, 0), new AggregationCounts(5, 0)), (Total(), Aggregation()));
    }

    [Fact]
    public async Task An_aggregated_record_with_a_user_record_of_another_shard_is_left_out_and_counted()
    {
        var shard = Streams();
        PutSteady(20);
        var halves = HashKeyRange.Tile(2);
        _streams.Put("source", [("a", KplRecord.Of([User("k", A.Reading(100), halves[0].Starting), User("k", A.Reading(100), halves[1].Ending)]))]);

        using var graph = Run(shard, range: halves[0]);
        await Eventually.BeTrueAsync(() => Position() == new ShardPosition(22, 1), "the source done");

        Assert.Empty(_streams.All("alerts"));
        Assert.Empty(_streams.All("dead"));
        Assert.Equal((new ConsumerCounts(21, 0, 0, 0), new AggregationCounts(0, 2)), (Total(), Aggregation()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_that_is_not_to_be_taken_apart_or_has_a_wrong_checksum_is_whole(bool deaggregate)
    {
        var shard = Streams();
        var data = KplRecord.Of([User("k", A.Reading(1))]);
        if (deaggregate) data[^1] ^= 1;
        _streams.Put("source", [("k", data)]);

        using var graph = Run(shard, definition: A.Definition() with { Deaggregate = deaggregate });
        await Eventually.BeTrueAsync(() => Position() == new ShardPosition(2, 1), "the source done");

        var letter = JsonDocument.Parse(Assert.Single(_streams.All("dead")).Data).RootElement;
        Assert.Equal(data, letter.GetProperty("data").GetBytesFromBase64());
        Assert.False(letter.TryGetProperty("subSequenceNumber", out _));
        Assert.Equal(default, Aggregation());
    }

    private static UserRecord User(string key, string data, UInt128? explicitHashKey = null) =>
        new(key, explicitHashKey?.ToString(), System.Text.Encoding.UTF8.GetBytes(data));

    private AggregationCounts Aggregation()
    {
        lock (_done) return new AggregationCounts(_done.Sum(s => s.Aggregation.UserRecords), _done.Sum(s => s.Aggregation.LeftOut));
    }

    private ShardKey Streams(int shards = 1)
    {
        _streams.Create("alerts", 2);
        _streams.Create("dead");
        return _streams.Create("source", shards).Shards[0].Key;
    }

    private void PutSteady(int count)
    {
        for (var i = 0; i < count; i++) _streams.Put("source", "k", A.Reading(10 + (i % 2)));
    }

    private ConsumerGraph Run(
        ShardKey shard, long epoch = 1, ShardPosition from = default, ShardPosition checkpoint = default, HashKeyRange? range = null,
        PipelineDefinition? definition = null) => ConsumerGraph.Run(
        new GraphStart(definition ?? A.Definition(), shard, epoch, from, checkpoint, OperatorState.Empty) { Range = range ?? HashKeyRange.Whole },
        A.Options(), _streams, _http, TimeProvider.System, _system.Materializer(), slice =>
        {
            lock (_done) _done.Add(slice);
        });

    private static async Task DrainAsync(ConsumerGraph graph)
    {
        graph.Drain();
        await graph.Completion.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private ShardPosition Position()
    {
        lock (_done) return _done.Count == 0 ? default : _done[^1].Position;
    }

    private ConsumerCounts Total()
    {
        lock (_done) return _done.Aggregate(default(ConsumerCounts), (sum, s) => sum + s.Counts);
    }
}
