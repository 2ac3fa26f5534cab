using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Leases;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines;

/// <summary>
/// What hosts and operators ask of pipelines, on whatever node the coordinator lives. Throws <see cref="TimeoutException"/> where it does
/// not answer in time, as while it moves to another node.
/// </summary>
public interface IPipelines
{
    /// <summary>All applications with their leases, positions, lag, counts and states; about a second old.</summary>
    Task<PipelinesStatus> StatusAsync(CancellationToken cancel);

    /// <summary>Starts an application, or changes the one of that name; durable over restarts, and over what settings say.</summary>
    Task<ApplicationDone> StartAsync(PipelineDefinition definition, CancellationToken cancel);

    /// <summary>Stops an application for good; its positions stay, so that a later start goes on where it was.</summary>
    Task<ApplicationDone> StopAsync(string application, CancellationToken cancel);

    /// <summary>Lets its consumers finish what they have begun and stops them, until it is resumed; durable over restarts.</summary>
    Task<OperatorAnswer> PauseAsync(string application, CancellationToken cancel);

    Task<OperatorAnswer> ResumeAsync(string application, CancellationToken cancel);

    /// <summary>Gives the lease of a shard, such as <c>shardId-000000000003</c>, to another node; on a single node its consumer starts anew.</summary>
    Task<OperatorAnswer> ReleaseAsync(string application, string shardId, CancellationToken cancel);

    /// <summary>Lets a paused application begin elsewhere, in every shard; what it reads again makes new output.</summary>
    Task<OperatorAnswer> ResetAsync(string application, ResetTarget target, CancellationToken cancel);

    /// <summary>Why the consumer of a shard is behind, or that it is not; null where there is no such application.</summary>
    Task<LeaseVerdict?> WhyAsync(string application, string shardId, CancellationToken cancel);
}
