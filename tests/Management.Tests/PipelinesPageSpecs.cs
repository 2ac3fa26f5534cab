using System.Collections.Immutable;
using System.Text;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Management.Tests;

public sealed class PipelinesPageSpecs
{
    private readonly ToldPipelines _pipelines = new();

    [Fact]
    public async Task A_lease_is_told_whole()
    {
        await using var host = await StartAsync();

        var (status, body) = await host.SendAsync(HttpMethod.Get, "leases");

        Assert.Equal(200, status);
        var lease = body.GetProperty("leases")[0];
        Assert.Equal("watch", lease.GetProperty("application").GetString());
        Assert.Equal("readings", lease.GetProperty("stream").GetString());
        Assert.Equal("shardId-000000000007", lease.GetProperty("shardId").GetString());
        Assert.Equal("Open", lease.GetProperty("state").GetString());
        Assert.Equal(12, lease.GetProperty("heardAgoMs").GetInt64());
        Assert.Equal(2, lease.GetProperty("placement").GetInt32());
        Assert.Equal("silent", lease.GetProperty("causes")[0].GetProperty("what").GetString());
        Assert.True(SequenceNumber.TryParse(lease.GetProperty("checkpoint").GetProperty("sequenceNumber").GetString(), out var number));
        Assert.Equal((41, 3), (number.Row, number.Index));
        Assert.Equal(body.ToString(), (await host.SendAsync(HttpMethod.Get, "pipelines/watch/leases")).Body.ToString());
    }

    [Fact]
    public async Task A_pipeline_is_found_by_its_name_and_one_that_is_not_there_names_those_that_are()
    {
        await using var host = await StartAsync();

        var (found, body) = await host.SendAsync(HttpMethod.Get, "pipelines/watch");
        var (missing, refusal) = await host.SendAsync(HttpMethod.Get, "pipelines/wtach/leases");

        Assert.Equal(200, found);
        Assert.True(body.GetProperty("paused").GetBoolean());
        Assert.Equal(404, missing);
        Assert.Equal("There is no pipeline 'wtach'; there are watch.", refusal.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("pipelines/watch/pause", "", "pause watch")]
    [InlineData("pipelines/watch/resume", "", "resume watch")]
    [InlineData("pipelines/watch/leases/shardId-000000000007/release", "", "release watch shardId-000000000007")]
    [InlineData("pipelines/watch/reset", "{\"at\":\"2026-01-15T10:00:00Z\"}", "reset watch 2026-01-15T10:00:00.000Z")]
    [InlineData("pipelines/watch/reset", "{\"at\":\"LATEST\"}", "reset watch LATEST")]
    public async Task What_a_person_changes_is_passed_on_and_audited(string path, string body, string told)
    {
        await using var host = await StartAsync();

        var (status, answer) = await host.SendAsync(HttpMethod.Post, path, Json(body));

        Assert.Equal(200, status);
        Assert.Equal(told, answer.GetProperty("message").GetString());
        Assert.Equal(told, Assert.Single(host.Changes).Message);
    }

    [Theory]
    [InlineData(OperatorOutcome.NotFound, 404)]
    [InlineData(OperatorOutcome.Refused, 409)]
    [InlineData(OperatorOutcome.Unavailable, 503)]
    public async Task What_is_not_done_says_why(OperatorOutcome outcome, int expected)
    {
        _pipelines.Outcome = outcome;
        await using var host = await StartAsync();

        var (status, answer) = await host.SendAsync(HttpMethod.Post, "pipelines/watch/pause");

        Assert.Equal(expected, status);
        Assert.Equal("pause watch", answer.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("{\"at\":\"yesterday\"}")]
    [InlineData("{}")]
    public async Task A_reset_to_nowhere_says_what_is_allowed(string body)
    {
        await using var host = await StartAsync();

        var (status, answer) = await host.SendAsync(HttpMethod.Post, "pipelines/watch/reset", Json(body));

        Assert.Equal(400, status);
        Assert.Contains("allowed are TRIM_HORIZON, LATEST and a time", answer.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Why_is_answered_in_words_with_evidence()
    {
        await using var host = await StartAsync();

        var (status, answer) = await host.SendAsync(HttpMethod.Get, "pipelines/watch/why/shardId-000000000007");

        Assert.Equal(200, status);
        Assert.Equal("paused", answer.GetProperty("verdict").GetString());
        Assert.Contains(answer.GetProperty("evidence").EnumerateArray(), e => e.GetProperty("what").GetString() == "interrupted");
    }

    [Fact]
    public async Task While_the_node_starts_it_says_so()
    {
        await using var host = await ManagementHost.StartAsync(new ManagementOptions(), new PipelinesPage(() => null));

        Assert.Equal(503, (await host.SendAsync(HttpMethod.Get, "leases")).Status);
    }

    private Task<ManagementHost> StartAsync() => ManagementHost.StartAsync(new ManagementOptions(), new PipelinesPage(() => _pipelines));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>One paused pipeline, and changes that are told back.</summary>
    private sealed class ToldPipelines : IPipelines
    {
        public OperatorOutcome Outcome { get; set; } = OperatorOutcome.Done;

        public Task<PipelinesStatus> StatusAsync(CancellationToken cancel)
        {
            var shard = new ShardKey("eu-west-1", new Incarnation(5), 7);
            var placement = new LeasePlacement(2, "10.0.0.7:4053");
            var lease = new Lease(7, HashKeyRange.Whole, [], StartPosition.TrimHorizon, 1, null, 0)
            {
                Placement = placement,
                Restarts = 3,
                Causes = [new LeaseCause(1_700_000_000_000, "silent")],
            };
            var consumer = new ConsumerStatus(
                "watch", shard, ConsumerPhase.Stopped, "", 4, new ShardPosition(41, 3), 1_500, 12, default, "", "akka.tcp://actorstreams@10.0.0.8:4053#1")
            {
                Placement = placement,
                Health = new ConsumerHealth { Generation = 1 },
            };
            return Task.FromResult(new PipelinesStatus(
            [
                new ApplicationStatus(
                    "watch", ApplicationPhase.Paused, "", new StreamId("eu-west-1", "readings"), new StreamId("eu-west-1", "alerts"),
                    new StreamId("eu-west-1", "dead"), [new LeaseStatus(shard, lease, consumer) { HeardAgoMs = 12 }]) { IsPaused = true },
            ]));
        }

        public Task<OperatorAnswer> PauseAsync(string application, CancellationToken cancel) => Tell($"pause {application}");

        public Task<OperatorAnswer> ResumeAsync(string application, CancellationToken cancel) => Tell($"resume {application}");

        public Task<OperatorAnswer> ReleaseAsync(string application, string shardId, CancellationToken cancel) => Tell($"release {application} {shardId}");

        public Task<OperatorAnswer> ResetAsync(string application, ResetTarget target, CancellationToken cancel) => Tell($"reset {application} {target}");

        public Task<LeaseVerdict?> WhyAsync(string application, string shardId, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ApplicationDone> StartAsync(PipelineDefinition definition, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ApplicationDone> StopAsync(string application, CancellationToken cancel) => throw new NotSupportedException();

        private Task<OperatorAnswer> Tell(string message) => Task.FromResult(new OperatorAnswer(Outcome, message));
    }
}
