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
        await call.AnswerAsync(new DeliveriesAnswer([.. all.Definitions.Select(d => Describe(d, status, []))]), DeliveriesJson.Default.DeliveriesAnswer);
    }

    private async Task ShowAsync(ManagementCall call)
    {
        var definition = await FindAsync(call);
        var failures = await OnDestinationAsync(() => redriver.ListAsync(definition, call.Cancel));
        var status = await AskAsync(pipelines, p => p.StatusAsync(call.Cancel));
        await call.AnswerAsync(Describe(definition, status, failures), DeliveriesJson.Default.DeliveryAnswer);
    }

    private async Task RedriveAsync(ManagementCall call)
    {
        var definition = await FindAsync(call);
        var result = await OnDestinationAsync(() => redriver.RedriveAsync(definition, call.Cancel));
        await call.DoneAsync($"{result.Redriven} failures of {definition.Stream} were sent again, {result.Left} are left.");
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

    private static DeliveryAnswer Describe(DeliveryDefinition definition, PipelinesStatus status, IReadOnlyList<Failure> failures)
    {
        // The shard of which the least is left speaks for all.
        var left = status.Applications.FirstOrDefault(a => a.Name == definition.Name)?.Leases
            .Where(l => l.Lease.IsOpen).Select(l => l.Consumer?.Health?.Retention).OfType<RetentionLeft>().MinBy(r => r.LeftMs);
        return new DeliveryAnswer(
            definition.Region, definition.Stream, definition.Name, definition.IsDirectPut ? "DirectPut" : definition.Source.Name, definition.DestinationKind,
            definition.Version, definition.CreatedAt, left?.LeftMs, left?.Warning ?? "", [.. failures.Select(f => new FailureAnswer(f.Kind.ToString(), f.Key, f.Oldest))]);
    }
}

internal sealed record DeliveriesAnswer(ImmutableArray<DeliveryAnswer> Deliveries);

/// <param name="Pipeline">Its name among the pipelines, where its leases are.</param>
/// <param name="Source">DirectPut, or the stream that it reads.</param>
/// <param name="RetentionLeftMs">How long the source still keeps the oldest record that is not delivered; null while not known.</param>
/// <param name="Warning">That it is about to give that record up; empty while there is time.</param>
/// <param name="Failures">What was not delivered and not sent again; empty in lists.</param>
internal sealed record DeliveryAnswer(
    string Region, string Stream, string Pipeline, string Source, string Destination, long Version, DateTimeOffset CreatedAt,
    long? RetentionLeftMs, string Warning, ImmutableArray<FailureAnswer> Failures);

/// <param name="Kind">Records of the error output, or an Object that was not loaded.</param>
/// <param name="Key">Of the object in the bucket.</param>
internal sealed record FailureAnswer(string Kind, string Key, DateTimeOffset Oldest);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DeliveriesAnswer))]
[JsonSerializable(typeof(DeliveryAnswer))]
internal sealed partial class DeliveriesJson : JsonSerializerContext;
