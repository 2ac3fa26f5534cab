using System.Collections.Immutable;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Management;

/// <summary><c>/pipelines</c>: every application with what each of its consumers has done and how far behind it is.</summary>
/// <param name="pipelines">Null while the node starts.</param>
public sealed class PipelinesPage(Func<IPipelines?> pipelines) : IManagementPage
{
    public string Path => "/pipelines";

    public async Task AnswerAsync(HttpContext context)
    {
        if (pipelines() is not { } opened)
        {
            await RefuseAsync(context, "The pipelines are not there yet.");
            return;
        }

        CoordinatorProtocol.PipelinesStatus status;
        try
        {
            status = await opened.StatusAsync(context.RequestAborted);
        }
        catch (TimeoutException e)
        {
            await RefuseAsync(context, e.Message);
            return;
        }

        var answer = new PipelinesAnswer([.. status.Applications.Select(Describe)]);
        await context.Response.WriteAsJsonAsync(answer, ManagementJson.Default.PipelinesAnswer);
    }

    private static Task RefuseAsync(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(new UnavailableAnswer(why), ManagementJson.Default.UnavailableAnswer);
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
