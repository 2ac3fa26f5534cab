using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Leases;

/// <summary>Messages to the coordinator and its answers.</summary>
public static class CoordinatorProtocol
{
    /// <summary>The serializer binds here.</summary>
    public interface IMessage;

    /// <summary>Durable when answered <see cref="ApplicationDone"/>. One that runs under the name goes on under the new definition.</summary>
    public sealed record StartApplication(ApplicationDefinition Definition) : IMessage;

    /// <summary>Durable when answered <see cref="ApplicationDone"/>; its consumers drain behind it. Its positions stay, for a later start.</summary>
    public sealed record StopApplication(string Name) : IMessage;

    /// <param name="WasThere">Whether an application of that name ran before.</param>
    public sealed record ApplicationDone(string Name, bool WasThere) : IMessage;

    /// <summary>A change that a person makes to an application; answered <see cref="OperatorAnswer"/> once it is durable.</summary>
    public interface IOperation : IMessage
    {
        string Name { get; }
    }

    /// <summary>Its consumers finish what they have begun and stop; nothing runs until it is resumed, over restarts too.</summary>
    public sealed record PauseApplication(string Name) : IOperation;

    public sealed record ResumeApplication(string Name) : IOperation;

    /// <summary>Stops the consumer of a shard and starts it on another node; on the same one where there is no other.</summary>
    public sealed record ReleaseLease(string Name, int Shard) : IOperation;

    /// <summary>Lets a paused application begin anew elsewhere. What it reads again makes new output.</summary>
    public sealed record ResetPositions(string Name, ResetTarget Target) : IOperation;

    public sealed record OperatorAnswer(OperatorOutcome Outcome, string Message) : IMessage;

    public enum OperatorOutcome
    {
        Done = 1,

        /// <summary>There is no such application or lease.</summary>
        NotFound = 2,

        /// <summary>Its state does not allow it; nothing was changed.</summary>
        Refused = 3,

        /// <summary>What it takes does not answer now; nothing was changed.</summary>
        Unavailable = 4,
    }

    /// <summary>Answered <see cref="PipelinesStatus"/>.</summary>
    public sealed record GetStatus : IMessage
    {
        public static readonly GetStatus Instance = new();

        private GetStatus() { }
    }

    /// <summary>All applications by name, as last heard of within about a poll interval.</summary>
    public sealed record PipelinesStatus(ImmutableArray<ApplicationStatus> Applications) : IMessage;

    public enum ApplicationPhase
    {
        Starting = 1,
        Running = 2,

        /// <summary>The source, the output or the dead-letter stream is not there; the detail names it.</summary>
        WaitingForStream = 3,

        /// <summary>The source's description cannot be had now; consumers go on as they were.</summary>
        Unavailable = 4,

        /// <summary>A person has paused it.</summary>
        Paused = 5,
    }

    /// <param name="Output">Where alerts go; null for a delivery, which has a destination.</param>
    public sealed record ApplicationStatus(
        string Name,
        ApplicationPhase Phase,
        string Detail,
        StreamId Source,
        StreamId? Output,
        StreamId? DeadLetters,
        ImmutableArray<LeaseStatus> Leases) : IMessage
    {
        /// <summary>A person has paused it; the phase may say what it waits for besides.</summary>
        public bool IsPaused { get; init; }

        /// <summary>How often its positions were reset.</summary>
        public int Life { get; init; }

        /// <summary>Sum of what its consumers did, those that are over included.</summary>
        public ConsumerCounts Counts => Leases.Aggregate(default(ConsumerCounts), (sum, l) => sum + (l.Consumer?.Counts ?? default));

        /// <summary>The largest lag of its open leases; -1 while one is not known.</summary>
        public long LagMs
        {
            get
            {
                var open = Leases.Where(l => l.Lease.IsOpen).ToList();
                if (open.Count == 0 || open.Any(l => l.Consumer is null or { LagMs: < 0 })) return -1;
                return open.Max(l => l.Consumer!.LagMs);
            }
        }
    }

    /// <param name="Consumer">What its consumer told last; null before it was heard of.</param>
    public sealed record LeaseStatus(ShardKey Shard, Lease Lease, ConsumerProtocol.ConsumerStatus? Consumer)
    {
        /// <summary>Since the consumer, or where it was never heard of the application's first word to it, in ms; null where it was not told to run.</summary>
        public long? HeardAgoMs { get; init; }

        /// <summary>Whether it should run now.</summary>
        public bool IsWanted { get; init; }
    }
}

/// <summary>Where a reset lets an application begin: a time, or one of the ends.</summary>
/// <param name="End">Of no meaning where there is a time.</param>
/// <param name="At">Records that arrived from then on; null where an end is meant.</param>
public sealed record ResetTarget(StartPosition End, DateTimeOffset? At)
{
    /// <summary>TRIM_HORIZON, LATEST, or a time in ISO 8601; false for anything else.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ResetTarget? target)
    {
        target = text switch
        {
            "TRIM_HORIZON" => new ResetTarget(StartPosition.TrimHorizon, null),
            "LATEST" => new ResetTarget(StartPosition.Latest, null),
            _ when DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) => new ResetTarget(StartPosition.TrimHorizon, at),
            _ => null,
        };
        return target is not null;
    }

    public override string ToString() => At is { } at
        ? at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
        : End == StartPosition.Latest ? "LATEST" : "TRIM_HORIZON";
}
