using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Log;

/// <summary>Bounds of a shard's work on a node. The defaults serve a laptop and a server alike.</summary>
public sealed record ShardOptions
{
    /// <summary>Shards that the streams of one region may have together, default 10,000; a create beyond it is refused as AWS does.</summary>
    public int ShardQuota { get; init; } = 10_000;

    /// <summary>Bytes that one flush joins, default 4 MiB. Less means more fsyncs; more means longer recovery and larger reads.</summary>
    public int FlushBytesMax { get; init; } = 4 << 20;

    /// <summary>Records that one flush joins, default 5,000.</summary>
    public int FlushRecordsMax { get; init; } = 5_000;

    /// <summary>Bytes that may wait for a shard's flush, default 32 MiB; beyond it appends are refused as over the throughput.</summary>
    public int QueueBytesMax { get; init; } = 32 << 20;

    /// <summary>
    /// Bytes of large appends from other nodes that may be half here, default 64 MiB, beside one that is larger. Less makes more of them wait;
    /// what waited for <see cref="HoldPuts"/> is refused as over the throughput.
    /// </summary>
    public long IncomingBytesMax { get; init; } = 64L << 20;

    /// <summary>Bytes of recent batches a shard keeps for readers at the tip, default 4 MiB. Zero sends every reader to the store.</summary>
    public int TailBytesMax { get; init; } = 4 << 20;

    /// <summary>Bytes of recent batches that all shards of a node keep together, default 128 MiB; beyond it a shard keeps its last batch only.</summary>
    public long NodeTailBytesMax { get; init; } = 128L << 20;

    /// <summary>
    /// Payload after which a shard's state is snapshotted, default 8 MiB: what a recovery replays at most, beside
    /// <see cref="SnapshotRowsMax"/> rows. Less writes more snapshots; more makes restarts longer.
    /// </summary>
    public long SnapshotBytesMax { get; init; } = 8 << 20;

    /// <summary>Events after which a shard's state is snapshotted, default 1,000.</summary>
    public int SnapshotRowsMax { get; init; } = 1_000;

    public static readonly TimeSpan RetryWindowMax = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a shard remembers which calls it stored, default 5 min, zero for not at all: a client's next try within it stores nothing
    /// twice. It costs about 110 bytes of memory a call.
    /// </summary>
    public TimeSpan RetryWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Calls that a shard remembers at most, default 131,072: with more in <see cref="RetryWindow"/> the oldest are forgotten.</summary>
    public int RetryCallsMax { get; init; } = 131_072;

    /// <summary>Calls that all shards of a node remember together, default 524,288, some 60 MB; beyond it those that store forget their oldest.</summary>
    public long NodeRetryCallsMax { get; init; } = 524_288;

    /// <summary>
    /// Age up to which an owner trusts its knowledge of the tip, default 2 s. Older, it asks the store before it tells a reader
    /// where the shard ends: it may have been stopped, and another owner may have gone on.
    /// </summary>
    public TimeSpan TipTrust { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Age up to which an owner writes without asking the store first, default 20 s. Only the first write after a pause asks, and it costs one
    /// look-up. Above a minute, an owner that was stopped for days could find row numbers free that others had used.
    /// </summary>
    public TimeSpan WriteTrust { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a node refuses a shard that it lost to another owner, default 20 s. It must be longer than detection and downing
    /// of a partition take, or the two sides fence each other in turns.
    /// </summary>
    public TimeSpan LostShardHold { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a stream looks for records past their retention, default 60 s.</summary>
    public TimeSpan RetentionSweepInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often it is made sure that every stream is awake on some node, default 20 s: those whose node died go on with what they had begun, and
    /// look after their retention, though nobody asks for them. It costs one message a stream.
    /// </summary>
    public TimeSpan AwakenInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Rows that one step of a deletion takes at most, default 50, so that appends never wait long behind it; fewer where rows are large.</summary>
    public int DeleteRowsStep { get; init; } = 50;

    /// <summary>Bytes that one step of a deletion takes, about, default 8 MiB: the store reads and writes them all once more.</summary>
    public int DeleteBytesStep { get; init; } = 8 << 20;

    /// <summary>How streams in on-demand mode divide and join their shards.</summary>
    public OnDemandOptions OnDemand { get; init; } = new();

    /// <summary>How long puts are held over a recovery or hand-over before they fail, default 5 s.</summary>
    public TimeSpan HoldPuts { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Counts what comes in by shard too, default false: by stream. On, it is a series for each shard in what gathers the metrics.</summary>
    public bool MetricsPerShard { get; init; }

    /// <summary>How long one answer of an actor is waited for, default 8 s: the store's own time-out and some more.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(8);
}
