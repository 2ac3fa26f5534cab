using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Management.Tests;

public sealed class DeliveriesPageSpecs
{
    private static readonly DeliveryDefinition s_badges = new()
    {
        Name = DeliveryDefinition.ApplicationOf("us-east-1", "badges"),
        Source = DeliveryDefinition.PutsOf("us-east-1", "badges"),
        Stream = "badges",
        Region = "us-east-1",
        IsDirectPut = true,
        Version = 1,
        DestinationKind = "ExtendedS3",
        Destination = "{}",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public async Task A_destination_that_is_away_does_not_hide_what_its_delivery_waits_for()
    {
        await using var host = await StartAsync(_ => throw new DeliveryConfigurationException("The bucket lake stands for nothing."));

        var (status, body) = await host.SendAsync(HttpMethod.Get, "deliveries/us-east-1/badges");

        Assert.Equal(200, status);
        Assert.Equal("The bucket lake stands for nothing.", body.GetProperty("failuresProblem").GetString());
        Assert.Empty(body.GetProperty("failures").EnumerateArray());
        var shard = Assert.Single(body.GetProperty("shards").EnumerateArray());
        Assert.Equal("shardId-000000000000", shard.GetProperty("shardId").GetString());
        Assert.Equal("WaitingForSink", shard.GetProperty("phase").GetString());
        Assert.Equal("folder /srv/lake: away", shard.GetProperty("detail").GetString());
        Assert.Equal((61_000, 30), (shard.GetProperty("waitingMs").GetInt64(), shard.GetProperty("tries").GetInt32()));
        Assert.Equal((41, 95_000), (shard.GetProperty("position").GetProperty("row").GetInt64(), shard.GetProperty("lagMs").GetInt64()));
        Assert.Equal((900, 2), (shard.GetProperty("undelivered").GetInt64(), shard.GetProperty("batchesOut").GetInt32()));
        Assert.Equal(40, shard.GetProperty("collecting").GetProperty("records").GetInt64());
    }

    [Fact]
    public async Task A_destination_that_hangs_is_waited_for_no_longer_than_asked()
    {
        using var asked = new ManualResetEventSlim();
        await using var host = await StartAsync(_ =>
        {
            asked.Wait(TimeSpan.FromMinutes(1));
            throw new DeliveryConfigurationException("too late");
        });

        var (status, body) = await host.SendAsync(HttpMethod.Get, "deliveries/us-east-1/badges?wait=1");
        var (wrong, refusal) = await host.SendAsync(HttpMethod.Get, "deliveries/us-east-1/badges?wait=0");
        asked.Set();

        Assert.Equal(200, status);
        Assert.Equal("The destination has not told them within 1 s.", body.GetProperty("failuresProblem").GetString());
        Assert.Equal(400, wrong);
        Assert.Equal("wait is '0'; allowed is a whole number from 1 to 3600.", refusal.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Of_a_destination_that_hangs_one_thread_is_held_up_however_often_it_is_asked()
    {
        using var mayAnswer = new ManualResetEventSlim();
        var looks = 0;
        await using var host = await StartAsync(_ =>
        {
            Interlocked.Increment(ref looks);
            mayAnswer.Wait(TimeSpan.FromMinutes(1));
            throw new DeliveryConfigurationException("told");
        });

        var first = await ProblemAsync(host, waitSeconds: 1);
        var later = await ProblemAsync(host, waitSeconds: 60);

        Assert.Equal("The destination has not told them within 1 s.", first);
        Assert.Equal("The destination has not told them yet to one who asked before; it is asked again once it has.", later);
        Assert.Equal(1, looks);
        mayAnswer.Set();
        await EventuallyAsync(async () => await ProblemAsync(host, waitSeconds: 60) == "told", "a look after the one that hung");
        Assert.Equal(2, looks);
    }

    [Fact]
    public async Task Who_asks_while_another_looks_is_told_the_same()
    {
        using var mayAnswer = new ManualResetEventSlim();
        var (looks, shown) = (0, 0);
        await using var host = await StartAsync(
            _ =>
            {
                Interlocked.Increment(ref looks);
                mayAnswer.Wait(TimeSpan.FromMinutes(1));
                throw new DeliveryConfigurationException("told");
            },
            () => Interlocked.Increment(ref shown));

        var both = Task.WhenAll(ProblemAsync(host, waitSeconds: 60), ProblemAsync(host, waitSeconds: 60));
        // Each asks for the failures first.
        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref shown) == 2), "two who ask");
        mayAnswer.Set();

        Assert.Equal(["told", "told"], await both);
        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task A_list_tells_the_lag_and_what_the_shard_that_waits_for_the_longest_waits_for()
    {
        await using var host = await StartAsync(_ => throw new NotSupportedException());

        var (_, body) = await host.SendAsync(HttpMethod.Get, "deliveries");

        var badges = Assert.Single(body.GetProperty("deliveries").EnumerateArray());
        Assert.Equal(95_000, badges.GetProperty("lagMs").GetInt64());
        Assert.Equal(910, badges.GetProperty("lagRecords").GetInt64());
        Assert.Equal(("WaitingForSink", "folder /srv/lake: away"), (badges.GetProperty("phase").GetString(), badges.GetProperty("detail").GetString()));
        Assert.Empty(badges.GetProperty("shards").EnumerateArray());
    }

    private static async Task<string> ProblemAsync(ManagementHost host, int waitSeconds)
    {
        var (status, body) = await host.SendAsync(HttpMethod.Get, $"deliveries/us-east-1/badges?wait={waitSeconds}");
        Assert.Equal(200, status);
        return body.GetProperty("failuresProblem").GetString()!;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, string expected)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!await condition())
        {
            if (timeout.IsCancellationRequested) throw new TimeoutException($"Expected within 15 s: {expected}.");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static Task<ManagementHost> StartAsync(Func<DeliveryDefinition, DeliveryPlan> plan, Action? onStatus = null) => ManagementHost.StartAsync(
        new ManagementOptions(),
        new DeliveriesPage(
            () => new ToldDeliveries(), () => new ToldPipelines(onStatus ?? (() => { })), new Redriver(new DeliveryServices(Path.GetTempPath(), plan), TimeProvider.System)));

    private sealed class ToldDeliveries : IDeliveries
    {
        public Task<DeliveryReply> AskAsync(IDeliveryRequest request, CancellationToken cancel) => Task.FromResult(new DeliveryReply(DeliveryOutcome.Done, s_badges));

        public Task<Deliveries> ListAsync(string region, CancellationToken cancel) => Task.FromResult(new Deliveries([s_badges]));
    }

    private sealed class ToldPipelines(Action onStatus) : IPipelines
    {
        public Task<PipelinesStatus> StatusAsync(CancellationToken cancel)
        {
            onStatus();
            var shard = new ShardKey("us-east-1", new Incarnation(5), 0);
            var lease = new Lease(0, HashKeyRange.Whole, [], StartPosition.TrimHorizon, 1, null, 0);
            var consumer = new ConsumerStatus(
                s_badges.Name, shard, ConsumerPhase.WaitingForSink, "folder /srv/lake: away", 4, new ShardPosition(41, 3), 95_000, 910, default, "",
                "akka.tcp://actorstreams@10.0.0.8:4053#1")
            {
                Health = new ConsumerHealth
                {
                    Generation = 1,
                    WaitingMs = 61_000,
                    Tries = 30,
                    Backlog = new Backlog(900, 1, 2, 0, 10) { Collecting = new CollectedBatch(40, 1_000, 5_242_880, 12_000, 300_000) },
                },
            };
            return Task.FromResult(new PipelinesStatus(
                [new ApplicationStatus(s_badges.Name, ApplicationPhase.Running, "", s_badges.Source, null, null, [new LeaseStatus(shard, lease, consumer) { HeardAgoMs = 12, IsWanted = true }])]));
        }

        public Task<OperatorAnswer> PauseAsync(string application, CancellationToken cancel) => throw new NotSupportedException();

        public Task<OperatorAnswer> ResumeAsync(string application, CancellationToken cancel) => throw new NotSupportedException();

        public Task<OperatorAnswer> ReleaseAsync(string application, string shardId, CancellationToken cancel) => throw new NotSupportedException();

        public Task<OperatorAnswer> ResetAsync(string application, ResetTarget target, CancellationToken cancel) => throw new NotSupportedException();

        public Task<LeaseVerdict?> WhyAsync(string application, string shardId, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ApplicationDone> StartAsync(PipelineDefinition definition, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ApplicationDone> StopAsync(string application, CancellationToken cancel) => throw new NotSupportedException();
    }
}
