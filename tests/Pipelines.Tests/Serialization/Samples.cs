using System.Collections.Immutable;
using ActorStreams.Pipelines.Anomaly;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Serialization;

/// <summary>One value of each type that pipelines store or send, no field at its default.</summary>
internal static class Samples
{
    private static readonly ShardKey s_shard = new("eu-west-1", new Incarnation(0x1234_5678_9abc), 7);
    private static readonly HashKeyRange s_range = new(5, UInt128.MaxValue - 9);
    private static readonly ShardPosition s_position = new(1_000_000, 17);
    private static readonly ConsumerCounts s_counts = new(1_000, 20, 3, 1);

    private static readonly PipelineDefinition s_definition = new()
    {
        Name = "watch",
        Source = new StreamId("eu-west-1", "readings"),
        Output = new StreamId("eu-west-1", "alerts"),
        DeadLetters = new StreamId("eu-west-1", "watch-dead-letters"),
        ValuePath = "sensor.value",
        KeyPath = "sensor.id",
        TimePath = "at",
        Detector = new EwmaOptions { Alpha = 0.25, WarmUpSamples = 10, ThresholdDeviations = 4.5, MinimumDeviation = 0.001, KeysMax = 500 },
        Webhook = "http://127.0.0.1:9/hook",
        Start = StartPosition.Latest,
        CheckpointInterval = TimeSpan.FromMilliseconds(250),
        SnapshotInterval = TimeSpan.FromSeconds(12),
        CreateStreams = true,
    };

    private static readonly DeliveryDefinition s_delivery = new()
    {
        Name = DeliveryDefinition.ApplicationOf("eu-west-1", "badges"),
        Source = DeliveryDefinition.PutsOf("eu-west-1", "badges"),
        Stream = "badges",
        Region = "eu-west-1",
        IsDirectPut = true,
        Version = 3,
        DestinationKind = "ExtendedS3",
        Destination = """{"BucketARN":"arn:aws:s3:::lake"}""",
        SourceRole = "arn:aws:iam::000000000000:role/firehose",
        EncryptionKey = "alias/one",
        Tags = """{"team":"doors"}""",
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_021),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_022),
    };

    private static readonly BatchIntent s_intent = new(
        new ShardPosition(3, 1), s_position, 4, s_delivery,
        [new IntendedObject("2023/11/14/22/badges-3", "0a0b-4", 1_234, new byte[] { 7, 8, 9 }, 56, 1_700_000_000_023, ObjectKind.Records), new IntendedObject("errors/x", "0c-4", 5, new byte[] { 1 }, 1, 1_700_000_000_024, ObjectKind.Errors)]);

    private static readonly Lease s_lease = new(7, s_range, [2, 3], StartPosition.TrimHorizon, 1_700_000_000_000, LeaseOutcome.Finished, 1_700_000_100_000);

    private static readonly ConsumerStatus s_status = new(
        "watch", s_shard, ConsumerPhase.WaitingForSink, "stream eu-west-1/alerts does not exist", 4, s_position, 1_500, 12, s_counts, "a gap", "node-1");

    private static readonly ApplicationStatus s_application = new(
        "watch", ApplicationPhase.Running, "fine", s_definition.Source, s_definition.Output, s_definition.DeadLetters,
        [new LeaseStatus(s_shard, s_lease, s_status), new LeaseStatus(s_shard with { Shard = 8 }, s_lease with { Outcome = null, EndedMs = 0 }, null)]);

    private static readonly LeasePlacement s_placement = new(2, "10.0.0.7:4053");

    private static readonly Lease s_moved = s_lease with
    {
        Placement = s_placement,
        From = new ShardPosition(41, 3),
        Restarts = 5,
        Causes = [new LeaseCause(1_700_000_000_013, "silent")],
    };

    private static readonly ConsumerStatus s_measured = s_status with
    {
        Placement = s_placement,
        Life = 3,
        Health = new ConsumerHealth
        {
            Generation = 2,
            PulseAgoMs = 12,
            Stage = "Append",
            WaitingMs = 3_000,
            Tries = 4,
            Retrying = "an alert",
            Failures = 1,
            Silences = 2,
            LastTrouble = "no step",
            RecordsPerSecond = 1_000.5,
            ClosingMsPerSecond = -3.25,
            Shares = new StageShares(0.25, 0.5, 0.75, 0.125),
            ReadMs = 1.5,
            CheckpointMs = 2.5,
            HotKey = "pump",
            HotKeyShare = 0.875,
            Retention = new RetentionLeft(86_400_000, 7_200_000, true),
            Transforming = "the function",
            Backlog = new Backlog(84_012, 1_700_000_000_030, 2, 1_500, 3) { Collecting = new CollectedBatch(812, 104_857, 5_242_880, 12_400, 300_000) },
        },
    };

    /// <summary>
    /// Fields that came later than the golden file of their type, all set, each with the name of its own golden file behind the manifest. Fields that
    /// come yet get a sample of their own, for the bytes of these stay.
    /// </summary>
    public static ImmutableArray<(string Name, object Sample)> WithLaterFields { get; } =
    [
        ("node", new ConsumerStarted(4, s_position, 1) { Node = "akka.tcp://a@h:1#2" }),
        ("life", new ConsumerSnapshot(new ConsumerState { Epoch = 4, Life = 3, Node = "n", HasStarted = false }, s_position, OperatorState.Empty)),
        ("intent", new ConsumerSnapshot(new ConsumerState { Epoch = 4, HasStarted = true, Intent = s_intent }, s_position, OperatorState.Empty)),
        ("kinds", new BatchIntended(s_intent with { Objects = [s_intent.Objects[0] with { Kind = ObjectKind.Source }, s_intent.Objects[1] with { Kind = ObjectKind.Gap }] }, 1)),
        ("retry", new BatchIntended(s_intent with { Objects = [s_intent.Objects[0] with { Places = new byte[] { 3, 5, 1, 2 } }], Retry = new ObjectRetry("0123", 1_700_000_000_000) }, 1)),
        ("tally", new BatchIntended(s_intent with { Objects = [s_intent.Objects[1] with { ErrorType = "processing-failed" }], Tally = new BatchTally(s_counts, new ConsumerCounts(5, 0, 6, 7), 8) }, 1)),
        ("delivery", new ApplicationAdded(s_delivery)),
        ("created", new ApplicationSnapshot(new ApplicationState { Source = s_shard.Stream, Life = 3, CreatedMs = 1_700_000_000_001 })),
        ("placement", new LeasesAdded([s_moved])),
        ("placement", new RunConsumer(s_definition, s_shard, s_range, StartPosition.Latest, [2]) { Placement = s_placement, Life = 3, From = new ShardPosition(9, 1) }),
        ("placement", new StopConsumer("watch", s_shard) { Placement = s_placement }),
        ("health", s_measured),
        ("health", s_application with
        {
            IsPaused = true,
            Life = 3,
            Leases = [new LeaseStatus(s_shard, s_moved, s_measured) { HeardAgoMs = 0, IsWanted = true }],
        }),
    ];

    public static ImmutableArray<object> All { get; } =
    [
        new ConsumerStarted(4, s_position, 1_700_000_000_001),
        new Checkpointed(s_position, s_counts, 1_700_000_000_002),
        new ConsumerFinished(1_700_000_000_003),
        new ConsumerReset(3, 1_700_000_000_007),
        new BatchIntended(s_intent, 1_700_000_000_020),
        new AddDelivery(s_delivery),
        new ReplaceDelivery(s_delivery with { Version = 2 }, s_delivery),
        new RemoveDelivery("eu-west-1", "badges"),
        new GetDelivery("eu-west-1", "badges"),
        new ListDeliveries("eu-west-1"),
        new DeliveryReply(DeliveryOutcome.Differs, s_delivery),
        new Deliveries([s_delivery]),
        new ConsumerSnapshot(
            new ConsumerState
            {
                Epoch = 4,
                Start = new ShardPosition(3, 1),
                Checkpoint = s_position,
                Counts = s_counts,
                StartsSinceProgress = 2,
                CheckpointedAtMs = 1_700_000_000_004,
                IsFinished = true,
                HasStarted = true,
            },
            new ShardPosition(999_999, 1),
            new OperatorState(EwmaDetector.Kind, [new KeyState("pump", UInt128.MaxValue - 1, new byte[] { 1, 2, 3 })])),
        new SourceFound(s_shard.Stream, 1_700_000_000_005),
        new LeasesAdded([s_lease, s_lease with { Shard = 8, Start = StartPosition.Latest, Outcome = null, EndedMs = 0 }]),
        new LeaseEnded(7, LeaseOutcome.AgedOut, 1_700_000_000_006),
        new LeaseInterrupted(7, LeaseInterruption.Moved, "nothing was heard", s_placement, 1_700_000_000_008),
        new ApplicationTookOver(1_700_000_000_014),
        new ApplicationCreated(1_700_000_000_001, 1_700_000_000_015),
        new ApplicationPaused(1_700_000_000_009),
        new ApplicationResumed(1_700_000_000_010),
        new PositionsReset(3, "LATEST", [s_moved], 1_700_000_000_011),
        new ApplicationSnapshot(new ApplicationState
        {
            Source = s_shard.Stream,
            Leases = ImmutableSortedDictionary<int, Lease>.Empty.Add(7, s_moved).Add(8, s_lease with { Shard = 8 }),
            IsPaused = true,
            Life = 3,
        }),
        new ApplicationAdded(s_definition),
        new ApplicationRemoved("watch"),
        new CoordinatorTookOver(1_700_000_000_007),
        new RunConsumer(s_definition, s_shard, s_range, StartPosition.Latest, [2, 3]),
        new StopConsumer("watch", s_shard),
        Drain.Instance,
        s_status,
        new StartApplication(s_definition with { KeyPath = null, TimePath = null, Webhook = null }),
        new StopApplication("watch"),
        new ApplicationDone("watch", true),
        new PauseApplication("watch"),
        new ResumeApplication("watch"),
        new ReleaseLease("watch", 7),
        new ResetPositions("watch", new ResetTarget(StartPosition.Latest, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_012))),
        new OperatorAnswer(OperatorOutcome.Refused, "not now"),
        GetStatus.Instance,
        new PipelinesStatus([s_application]),
        s_application,
    ];
}
