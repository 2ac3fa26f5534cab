using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Streams;

public enum StreamLifecycle
{
    Unborn = 0,
    Creating = 1,
    Active = 2,
    Deleting = 4,
    Deleted = 5,
}

/// <summary>A reshard under way: the tiling it leads to, and the steps that were begun and are not done.</summary>
public sealed record Resharding(ImmutableArray<UInt128> Startings, ImmutableArray<ReshardStep> Steps);

/// <summary>
/// One life of a stream: its configuration, its consumers and its shard map. Pure. What may be changed is decided in
/// <see cref="StreamChanges"/>.
/// <code>
/// Unborn ──Created──▶ Creating ──Activated──▶ Active ──DeletionStarted──▶ Deleting ──Deleted──▶ Deleted
///                                             │  ▲
///                     ReshardStarted, EncryptionStarted ▼  │ ReshardFinished, EncryptionFinished
///                                            (Updating)
/// </code>
/// </summary>
public sealed record StreamState
{
    public static readonly StreamState Unborn = new();

    public StreamLifecycle Lifecycle { get; init; }
    public string Name { get; init; } = "";
    public long CreatedAtMs { get; init; }
    public StreamConfiguration Configuration { get; init; } = StreamConfiguration.Provisioned;
    public ImmutableArray<FanOutConsumer> Consumers { get; init; } = [];

    /// <summary>In order of their numbers; closed ones until their records have aged out.</summary>
    public ImmutableArray<ShardSlot> Shards { get; init; } = [];

    /// <summary>The number of the next shard. Numbers are never used again in a stream's life.</summary>
    public int NextNumber { get; init; }
    public Resharding? Resharding { get; init; }

    /// <summary>The open shards are being told of another encryption key.</summary>
    public bool IsChangingEncryption { get; init; }

    /// <summary>When a count of shards was asked for, and the mode changed; of about the last day, oldest first.</summary>
    public ImmutableArray<long> ScaledAtMs { get; init; } = [];
    public ImmutableArray<long> ModeSwitchedAtMs { get; init; } = [];

    public bool IsUpdating => Resharding is not null || IsChangingEncryption;

    public IEnumerable<ShardSlot> Open => Shards.Where(s => s.IsOpen);

    /// <summary>Every shard that may hold something: those of the map, and children that may be open already.</summary>
    public IEnumerable<int> Numbers =>
        Shards.Select(s => s.Number).Concat(Resharding?.Steps.SelectMany(s => s.Children).Select(c => c.Number) ?? []);

    public StreamEvents.Created? Decide(StreamProtocol.Create create)
    {
        if (Lifecycle != StreamLifecycle.Unborn) return null;
        var ranges = HashKeyRange.Tile(create.Shards);
        return new StreamEvents.Created(create.Name, create.Configuration, create.CreatedAtMs,
            [.. ranges.Select((range, i) => new ShardSlot(i, range, 1, [], 0, create.CreatedAtMs))]);
    }

    public StreamEvents.DeletionStarted? Decide(StreamProtocol.Delete _) =>
        Lifecycle is StreamLifecycle.Creating or StreamLifecycle.Active ? StreamEvents.DeletionStarted.Instance : null;

    /// <summary>What comes next of the reshard under way; null while its steps are being carried out.</summary>
    public StreamEvents.IStreamEvent? NextOfReshard()
    {
        if (Resharding is not { Steps.IsEmpty: true } resharding) return null;
        var steps = ReshardPlan.NextSteps(Shards, resharding.Startings, NextNumber);
        return steps.IsEmpty ? StreamEvents.ReshardFinished.Instance : new StreamEvents.StepsPlanned(steps);
    }

    /// <summary>The step is done: its parents closed in these rows, its children open.</summary>
    public StreamEvents.ShardsReplaced Replace(ReshardStep step, IReadOnlyDictionary<int, long> closedRows, long nowMs) => new(
        [.. step.Parents.Select(n => Slot(n)! with { ClosedRow = closedRows[n], ClosedAtMs = nowMs })],
        [.. step.Children.Select(c => c with { OpenedAtMs = nowMs })]);

    /// <summary>Closed shards that took their last record before the time: all of them is past the retention.</summary>
    public IEnumerable<int> ClosedBefore(long beforeMs) => Shards.Where(s => !s.IsOpen && s.ClosedAtMs < beforeMs).Select(s => s.Number);

    public ShardSlot? Slot(int number) => Shards.FirstOrDefault(s => s.Number == number);

    public StreamState Apply(StreamEvents.IStreamEvent e) => e switch
    {
        StreamEvents.Created c => this with
        {
            Lifecycle = StreamLifecycle.Creating,
            Name = c.Name,
            CreatedAtMs = c.CreatedAtMs,
            Configuration = c.Configuration,
            Shards = c.Shards,
            NextNumber = c.Shards.Length,
        },
        StreamEvents.Activated => this with { Lifecycle = StreamLifecycle.Active },
        StreamEvents.DeletionStarted => this with { Lifecycle = StreamLifecycle.Deleting },
        StreamEvents.Deleted => this with { Lifecycle = StreamLifecycle.Deleted, Shards = [], Resharding = null, IsChangingEncryption = false },
        StreamEvents.Configured c => this with
        {
            Configuration = c.Configuration,
            ModeSwitchedAtMs = c.ModeSwitchedAtMs == 0 ? ModeSwitchedAtMs : Counted(ModeSwitchedAtMs, c.ModeSwitchedAtMs),
        },
        StreamEvents.ConsumerSet c => this with { Consumers = [.. Consumers.Where(o => o.Name != c.Consumer.Name), c.Consumer] },
        StreamEvents.ConsumerRemoved c => this with { Consumers = [.. Consumers.Where(o => o.Name != c.Name)] },
        StreamEvents.ReshardStarted r => this with
        {
            Resharding = new Resharding(r.Startings, []),
            ScaledAtMs = r.ScaledAtMs == 0 ? ScaledAtMs : Counted(ScaledAtMs, r.ScaledAtMs),
        },
        StreamEvents.StepsPlanned p => this with
        {
            Resharding = Resharding! with { Steps = p.Steps },
            NextNumber = p.Steps.SelectMany(s => s.Children).Max(c => c.Number) + 1,
        },
        StreamEvents.ShardsReplaced r => this with
        {
            Shards = [.. Shards.Select(s => r.Closed.FirstOrDefault(c => c.Number == s.Number) ?? s).Concat(r.Opened).OrderBy(s => s.Number)],
            Resharding = Resharding! with { Steps = [.. Resharding.Steps.Where(s => s.Parents[0] != r.Closed[0].Number)] },
        },
        StreamEvents.ReshardFinished => this with { Resharding = null },
        StreamEvents.ShardsForgotten f => this with { Shards = [.. Shards.Where(s => !f.Numbers.Contains(s.Number))] },
        StreamEvents.EncryptionStarted s => this with { Configuration = Configuration with { EncryptionKey = s.KeyId }, IsChangingEncryption = true },
        StreamEvents.EncryptionFinished => this with { IsChangingEncryption = false },
        _ => throw new InvalidOperationException($"A stream does not know the event {e.GetType()}."),
    };

    // No rule looks back further than a day, and none allows more than a few.
    private static ImmutableArray<long> Counted(ImmutableArray<long> times, long atMs) =>
        [.. times.Where(t => t > atMs - StreamChanges.DayMs).TakeLast(StreamChanges.ScalingsPerDayMax), atMs];

    /// <summary>What users see; null before its life and after.</summary>
    public StreamDescription? Describe(StreamKey key)
    {
        if (Lifecycle is StreamLifecycle.Unborn or StreamLifecycle.Deleted) return null;
        var status = Lifecycle switch
        {
            StreamLifecycle.Creating => StreamStatus.Creating,
            StreamLifecycle.Active => IsUpdating ? StreamStatus.Updating : StreamStatus.Active,
            _ => StreamStatus.Deleting,
        };
        return new StreamDescription(
            new StreamId(key.Region, Name), key.Incarnation, status, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAtMs), Configuration, Consumers,
            status == StreamStatus.Creating ? [] : [.. Shards.Select(s => Describe(key, s))]);
    }

    private ShardDescription Describe(StreamKey stream, ShardSlot slot)
    {
        var key = new ShardKey(stream.Region, stream.Incarnation, slot.Number);
        return new ShardDescription(
            key, slot.Range, slot.Generation, slot.Parents, SequenceNumber.Starting(key, slot.Generation),
            slot.IsOpen ? null : SequenceNumber.Ending(key, slot.Generation, slot.ClosedRow),
            slot.OpenedAtMs == 0 ? CreatedAtMs : slot.OpenedAtMs, slot.ClosedAtMs);
    }
}
