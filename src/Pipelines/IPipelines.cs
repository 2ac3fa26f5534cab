using ActorStreams.Pipelines.Definitions;
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
}
