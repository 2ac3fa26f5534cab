using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ActorStreams.Pipelines;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Redriving;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Management;

/// <summary><c>/deliveries</c>: delivery streams, what they could not deliver, and sending that again.</summary>
/// <param name="deliveries">Null while the node starts.</param>
/// <param name="pipelines">The same; each delivery stream is one of them.</param>
/// <param name="redriver">Works on the node that is asked, which therefore has to reach the destinations.</param>
public sealed class DeliveriesPage(Func<IDeliveries?> deliveries, Func<IPipelines?> pipelines, Redriver redriver) : IManagementPage
{
    private const int WaitSecondsDefault = 5;
    private const int WaitSecondsMax = 3600;

    private readonly FailureLooks _looks = new(redriver);

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get("/deliveries", ListAsync),
        ManagementRoute.Get("/deliveries/{region}/{stream}", ShowAsync),
        ManagementRoute.Post("/deliveries/{region}/{stream}/redrive", RedriveAsync),
    ];

    private async Task ListAsync(ManagementCall call)
    {
        var all = await AskAsync(deliveries, d => d.ListAsync(call.Query("region") ?? "", call.Cancel));
        var status = await AskAsync(pipelines, p => p.StatusAsync(call.Cancel));
        await call.AnswerAsync(new DeliveriesAnswer([.. all.Definitions.Select(d => Describe(d, status))]), DeliveriesJson.Default.DeliveriesAnswer);
    }

    private async Task ShowAsync(ManagementCall call)
    {
        var definition = await FindAsync(call);
        var wait = TimeSpan.FromSeconds(call.Query("wait", otherwise: WaitSecondsDefault, min: 1, max: WaitSecondsMax));
        var failures = FailuresAsync(definition, wait, call.Cancel);
        var status = await AskAsync(pipelines, p => p.StatusAsync(call.Cancel));
        var (found, problem) = await failures;
        var answer = Describe(definition, status) with
        {
            Shards = [.. ApplicationOf(definition, status)?.Leases.Select(Describe) ?? []],
            Failures = [.. found.Select(f => new FailureAnswer(f.Kind.ToString(), f.Key, f.Oldest))],
            FailuresProblem = problem,
        };
        await call.AnswerAsync(answer, DeliveriesJson.Default.DeliveryAnswer);
    }

    /// <summary>They lie at the destination, and while that is away all else is to be seen the more.</summary>
    private async Task<(IReadOnlyList<Failure> Failures, string Problem)> FailuresAsync(DeliveryDefinition definition, TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            return (await _looks.ListAsync(definition, wait, cancel), "");
        }
        catch (Exception e) when (e is DestinationAwayException or DeliveryConfigurationException or TimeoutException)
        {
            return ([], e.Message);
        }
    }

    private async Task RedriveAsync(ManagementCall call)
    {
        var definition = await FindAsync(call);
        var result = await OnDestinationAsync(() => redriver.RedriveAsync(definition, call.Cancel));
        var sent = result.Redriven == 1 ? $"1 failure of {definition.Stream} was" : $"{result.Redriven} failures of {definition.Stream} were";
        var anew = result.Anew > 0 ? $"; {result.Anew} came anew, of what failed again or was met meanwhile" : "";
        await call.DoneAsync($"{sent} sent again, {result.Left} {(result.Left == 1 ? "is" : "are")} left{anew}.");
    }

    private async Task<DeliveryDefinition> FindAsync(ManagementCall call)
    {
        var reply = await AskAsync(deliveries, d => d.AskAsync(new DeliveryProtocol.GetDelivery(call["region"], call["stream"]), call.Cancel));
        return reply.Definition ?? throw ManagementException.NotFound($"There is no delivery stream '{call["stream"]}' in {call["region"]}.");
    }

    private static async Task<T> OnDestinationAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is DestinationAwayException or DeliveryConfigurationException)
        {
            throw ManagementException.Unavailable(e.Message);
        }
        catch (ObjectDiffersException e)
        {
            throw ManagementException.Conflict(e.Message);
        }
    }

    private static async Task<T> AskAsync<TAsked, T>(Func<TAsked?> asked, Func<TAsked, Task<T>> ask)
        where TAsked : class
    {
        if (asked() is not { } opened) throw ManagementException.Unavailable("The pipelines are not there yet.");
        try
        {
            return await ask(opened);
        }
        catch (TimeoutException e)
        {
            throw ManagementException.Unavailable(e.Message);
        }
    }

    private static ApplicationStatus? ApplicationOf(DeliveryDefinition definition, PipelinesStatus status) =>
        status.Applications.FirstOrDefault(a => a.Name == definition.Name);

    private static DeliveryAnswer Describe(DeliveryDefinition definition, PipelinesStatus status)
    {
        var application = ApplicationOf(definition, status);
        var open = application?.Leases.Where(l => l.Lease.IsOpen).ToList() ?? [];
        // The shard of which the least is left speaks for all, and so does the one that waits for the longest.
        var left = open.Select(l => l.Consumer?.Health?.Retention).OfType<RetentionLeft>().MinBy(r => r.LeftMs);
        var waits = open.Where(l => l.Consumer is { Detail.Length: > 0 }).MaxBy(l => l.Consumer!.Health?.WaitingMs ?? 0)?.Consumer;
        return new DeliveryAnswer(
            definition.Region, definition.Stream, definition.Name, definition.IsDirectPut ? "DirectPut" : definition.Source.Name, definition.DestinationKind,
            definition.Version, definition.CreatedAt, left?.LeftMs, left?.Warning ?? "")
        {
            LagMs = application?.LagMs ?? -1,
            LagRecords = LagRecords(open),
            Phase = application is { IsPaused: true } ? "Paused" : (waits?.Phase ?? open.Select(l => l.Consumer?.Phase).FirstOrDefault())?.ToString() ?? "",
            Detail = waits?.Detail ?? application?.Detail ?? "",
        };
    }

    /// <summary>Null as soon as it is not known of one shard.</summary>
    private static long? LagRecords(List<LeaseStatus> open) =>
        open.Count == 0 || open.Any(l => l.Consumer?.LagRecords is null) ? null : open.Sum(l => l.Consumer!.LagRecords);

    private static DeliveryShardAnswer Describe(LeaseStatus status)
    {
        var (consumer, health) = (status.Consumer, status.Consumer?.Health);
        return new DeliveryShardAnswer(
            status.Shard.ShardId, consumer is null ? "" : PipelinesPage.AddressOf(consumer), status.Lease.Outcome?.ToString() ?? consumer?.Phase.ToString() ?? "",
            consumer?.Detail ?? "", health?.WaitingMs ?? 0, health?.Tries ?? 0, consumer is null ? null : PipelinesPage.Checkpoint(consumer),
            consumer?.LagMs ?? -1, consumer?.LagRecords, health?.Backlog?.Records, health?.Backlog?.BatchesOut,
            health?.Backlog?.Collecting is { } batch ? new CollectingAnswer(batch.Records, batch.Bytes, batch.BytesMax, batch.AgeMs, batch.AgeMsMax) : null);
    }
}

internal sealed record DeliveriesAnswer(ImmutableArray<DeliveryAnswer> Deliveries);

/// <param name="Pipeline">Its name among the pipelines, where its leases are.</param>
/// <param name="Source">DirectPut, or the stream that it reads.</param>
/// <param name="RetentionLeftMs">How long the source still keeps the oldest record that is not delivered; null while not known.</param>
/// <param name="Warning">That it is about to give that record up; empty while there is time.</param>
internal sealed record DeliveryAnswer(
    string Region, string Stream, string Pipeline, string Source, string Destination, long Version, DateTimeOffset CreatedAt,
    long? RetentionLeftMs, string Warning)
{
    /// <summary>Age of the oldest record that is not delivered, of all shards; 0 where all is, -1 while not known.</summary>
    public long LagMs { get; init; }

    /// <summary>Records not delivered; null while not known of each shard.</summary>
    public long? LagRecords { get; init; }

    /// <summary>Of the shard that waits for the longest, where one does.</summary>
    public string Phase { get; init; } = "";

    /// <summary>What that one waits for, and why; empty where none waits.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Empty in lists.</summary>
    public ImmutableArray<DeliveryShardAnswer> Shards { get; init; } = [];

    /// <summary>What was not delivered and not sent again; empty in lists.</summary>
    public ImmutableArray<FailureAnswer> Failures { get; init; } = [];

    /// <summary>Why these are not known; empty where they are.</summary>
    public string FailuresProblem { get; init; } = "";
}

/// <param name="Phase">Of its consumer, or how its lease ended.</param>
/// <param name="Detail">What it waits for, and why; empty where it does not.</param>
/// <param name="WaitingMs">For how long it waits; 0 where it does not.</param>
/// <param name="Position">Everything below is delivered.</param>
/// <param name="Undelivered">Records that it has read and not delivered; null while not known. There may be more that it has not read.</param>
/// <param name="BatchesOut">Batches of these that are being written, or wait for those before them.</param>
/// <param name="Collecting">The batch that is being filled; null where it is empty.</param>
internal sealed record DeliveryShardAnswer(
    string ShardId, string Node, string Phase, string Detail, long WaitingMs, int Tries, CheckpointAnswer? Position, long LagMs, long? LagRecords,
    long? Undelivered, int? BatchesOut, CollectingAnswer? Collecting);

/// <param name="Bytes">Of its largest object, before compression.</param>
internal sealed record CollectingAnswer(long Records, long Bytes, long BytesMax, long AgeMs, long AgeMsMax);

/// <param name="Kind">Records of the error output, or an Object that was not loaded.</param>
/// <param name="Key">Of the object in the bucket.</param>
internal sealed record FailureAnswer(string Kind, string Key, DateTimeOffset Oldest);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DeliveriesAnswer))]
[JsonSerializable(typeof(DeliveryAnswer))]
internal sealed partial class DeliveriesJson : JsonSerializerContext;
