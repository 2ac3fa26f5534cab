using System.Collections.Immutable;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;

namespace ActorStreams.Management;

/// <summary><c>/pipelines</c>: every application with what each of its consumers has done and how far behind it is.</summary>
/// <param name="pipelines">Null while the node starts.</param>
public sealed class PipelinesPage(Func<IPipelines?> pipelines) : IManagementPage
{
    public IEnumerable<ManagementRoute> Routes => [ManagementRoute.Get("/pipelines", AnswerAsync)];

    private async Task AnswerAsync(ManagementCall call)
    {
        if (pipelines() is not { } opened) throw ManagementException.Unavailable("The pipelines are not there yet.");
        var status = await opened.StatusAsync(call.Cancel);
        await call.AnswerAsync(new PipelinesAnswer([.. status.Applications.Select(Describe)]), ManagementJson.Default.PipelinesAnswer);
    }

    private static PipelineAnswer Describe(CoordinatorProtocol.ApplicationStatus application) => new(
        application.Name,
        application.Phase.ToString(),
        application.Detail,
        application.Source.ToString(),
        application.Output.ToString(),
        application.DeadLetters.ToString(),
        application.Counts.Records,
        application.Counts.Alerts,
        application.Counts.DeadLetters,
        application.Counts.Gaps,
        [.. application.Leases.Select(l => l.Consumer).OfType<ConsumerProtocol.ConsumerStatus>().Select(Describe)]);

    private static ConsumerAnswer Describe(ConsumerProtocol.ConsumerStatus consumer) => new(
        consumer.Shard.ShardId,
        consumer.Phase.ToString(),
        consumer.Detail,
        consumer.Node,
        consumer.Epoch,
        consumer.LagMs,
        consumer.LagRecords,
        consumer.Counts.Records,
        consumer.Counts.Alerts,
        consumer.LastGap);
}
