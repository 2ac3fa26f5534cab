using System.Collections.Immutable;
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
    public sealed record StartApplication(PipelineDefinition Definition) : IMessage;

    /// <summary>Durable when answered <see cref="ApplicationDone"/>; its consumers drain behind it. Its positions stay, for a later start.</summary>
    public sealed record StopApplication(string Name) : IMessage;

    /// <param name="WasThere">Whether an application of that name ran before.</param>
    public sealed record ApplicationDone(string Name, bool WasThere) : IMessage;

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
    }

    public sealed record ApplicationStatus(
        string Name,
        ApplicationPhase Phase,
        string Detail,
        StreamId Source,
        StreamId Output,
        StreamId DeadLetters,
        ImmutableArray<LeaseStatus> Leases) : IMessage
    {
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
    public sealed record LeaseStatus(ShardKey Shard, Lease Lease, ConsumerProtocol.ConsumerStatus? Consumer);
}
