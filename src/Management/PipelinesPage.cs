using System.Collections.Immutable;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Leases;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Management;

/// <summary>
/// <c>/pipelines</c> and <c>/leases</c>: every application with what each of its consumers has done, where and how far behind it is and why,
/// and what a person can do about it.
/// </summary>
/// <param name="pipelines">Null while the node starts.</param>
public sealed class PipelinesPage(Func<IPipelines?> pipelines) : IManagementPage
{
    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get("/pipelines", async call => await call.AnswerAsync(
            new PipelinesAnswer([.. (await StatusAsync(call)).Select(Describe)]), PipelinesJson.Default.PipelinesAnswer)),
        ManagementRoute.Get("/pipelines/{name}", async call => await call.AnswerAsync(Describe(await FindAsync(call)), PipelinesJson.Default.PipelineAnswer)),
        ManagementRoute.Post("/pipelines/{name}/pause", call => ChangeAsync(call, p => p.PauseAsync(call["name"], call.Cancel))),
        ManagementRoute.Post("/pipelines/{name}/resume", call => ChangeAsync(call, p => p.ResumeAsync(call["name"], call.Cancel))),
        ManagementRoute.Post("/pipelines/{name}/reset", ResetAsync),
        ManagementRoute.Get("/pipelines/{name}/why/{shardId}", WhyAsync),
        ManagementRoute.Get("/pipelines/{name}/leases", async call => await call.AnswerAsync(
            new LeasesAnswer([.. LeasesOf(await FindAsync(call))]), PipelinesJson.Default.LeasesAnswer)),
        ManagementRoute.Post(
            "/pipelines/{name}/leases/{shardId}/release", call => ChangeAsync(call, p => p.ReleaseAsync(call["name"], call["shardId"], call.Cancel))),
        ManagementRoute.Get("/leases", async call => await call.AnswerAsync(
            new LeasesAnswer([.. (await StatusAsync(call)).SelectMany(LeasesOf)]), PipelinesJson.Default.LeasesAnswer)),
    ];

    private async Task ResetAsync(ManagementCall call)
    {
        var body = await call.ReadAsync(PipelinesJson.Default.ResetBody);
        if (!ResetTarget.TryParse(body.At, out var target))
            throw ManagementException.BadRequest($"at is '{body.At}'; allowed are TRIM_HORIZON, LATEST and a time in ISO 8601 such as 2026-01-15T10:00:00Z.");
        await ChangeAsync(call, p => p.ResetAsync(call["name"], target, call.Cancel));
    }

    private async Task WhyAsync(ManagementCall call)
    {
        var application = await FindAsync(call);
        await call.AnswerAsync(LeaseVerdict.Of(application, call["shardId"]), PipelinesJson.Default.LeaseVerdict);
    }

    private async Task ChangeAsync(ManagementCall call, Func<IPipelines, Task<OperatorAnswer>> change)
    {
        var answer = await AskAsync(change);
        await (answer.Outcome switch
        {
            OperatorOutcome.Done => call.DoneAsync(answer.Message),
            OperatorOutcome.NotFound => throw ManagementException.NotFound(answer.Message),
            OperatorOutcome.Refused => throw ManagementException.Conflict(answer.Message),
            _ => throw ManagementException.Unavailable(answer.Message),
        });
    }

    private async Task<ApplicationStatus> FindAsync(ManagementCall call)
    {
        var all = await StatusAsync(call);
        return all.FirstOrDefault(a => a.Name == call["name"]) ?? throw ManagementException.NotFound(
            $"There is no pipeline '{call["name"]}'; there {(all.IsEmpty ? "is none" : "are " + string.Join(", ", all.Select(a => a.Name)))}.");
    }

    private async Task<ImmutableArray<ApplicationStatus>> StatusAsync(ManagementCall call) =>
        (await AskAsync(p => p.StatusAsync(call.Cancel))).Applications;

    private async Task<T> AskAsync<T>(Func<IPipelines, Task<T>> ask)
    {
        if (pipelines() is not { } opened) throw ManagementException.Unavailable("The pipelines are not there yet.");
        try
        {
            return await ask(opened);
        }
        catch (TimeoutException e)
        {
            throw ManagementException.Unavailable(e.Message);
        }
    }

    private static PipelineAnswer Describe(ApplicationStatus application) => new(
        application.Name,
        application.Phase.ToString(),
        application.IsPaused,
        application.Detail,
        application.Source.ToString(),
        application.Output?.ToString() ?? "",
        application.DeadLetters?.ToString() ?? "",
        application.Counts.Records,
        application.Counts.Alerts,
        application.Counts.DeadLetters,
        application.Counts.Gaps,
        [.. application.Leases.Select(l => l.Consumer).OfType<ConsumerStatus>().Select(Describe)]);

    private static ConsumerAnswer Describe(ConsumerStatus consumer) => new(
        consumer.Shard.ShardId,
        consumer.Phase.ToString(),
        consumer.Detail,
        AddressOf(consumer),
        consumer.Epoch,
        consumer.LagMs,
        consumer.LagRecords,
        consumer.Counts.Records,
        consumer.Counts.Alerts,
        consumer.LastGap,
        consumer.Health?.Retention?.LeftMs,
        consumer.Health?.Retention?.Warning ?? "",
        consumer.Health?.Backlog?.Records);

    private static IEnumerable<LeaseAnswer> LeasesOf(ApplicationStatus application) => application.Leases.Select(status =>
    {
        var (shard, lease, consumer) = status;
        // What a consumer tells of a life before the last reset is not where it will go on.
        var isCurrent = consumer is not null && consumer.Life == application.Life;
        return new LeaseAnswer(
            application.Name,
            shard.Region,
            application.Source.Name,
            shard.ShardId,
            consumer is null ? "" : AddressOf(consumer),
            consumer?.Epoch ?? 0,
            isCurrent ? Checkpoint(consumer!) : new CheckpointAnswer(lease.From?.Row ?? 0, lease.From?.Index ?? 0, null),
            isCurrent ? consumer!.LagMs : -1,
            isCurrent ? consumer!.LagRecords : null,
            isCurrent ? consumer!.Health?.Backlog?.Records : null,
            consumer?.Phase.ToString() ?? "",
            consumer?.Detail ?? "",
            lease.Outcome?.ToString() ?? (status.IsWanted || application.IsPaused ? "Open" : "Waiting"),
            status.HeardAgoMs,
            lease.Restarts + (consumer?.Health?.Failures ?? 0),
            lease.Placement.Number,
            [.. lease.Causes.Select(c => new CauseAnswer(DateTimeOffset.FromUnixTimeMilliseconds(c.AtMs), c.What))]);
    });

    /// <summary>As other pages name nodes: without which of its lives it is.</summary>
    internal static string AddressOf(ConsumerStatus consumer) => consumer.Node.Split('#')[0];

    internal static CheckpointAnswer Checkpoint(ConsumerStatus consumer) => new(
        consumer.Checkpoint.Row, consumer.Checkpoint.Index,
        consumer.Health is { Generation: > 0 and var generation } && consumer.Checkpoint.Row > 0
            ? new Shards.Log.SequenceNumber(
                consumer.Shard.Incarnation, generation, consumer.Shard.Shard, consumer.Checkpoint.Row, consumer.Checkpoint.Index).ToString()
            : null);
}
