using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Firehose;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;

namespace ActorStreams.Node.Firehose;

/// <summary>The delivery streams of the Firehose API over the pipelines: each is an application that the coordinator runs.</summary>
internal sealed class DeliveryStreams(IDeliveries deliveries, IStreams streams, DeliveryPlanReader plans, DiskWatermark disk, TimeProvider time) : IDeliveryStreams
{
    /// <summary>Of what was put: a year, the longest that there is, for what is not delivered is not given up; what is delivered is trimmed long before.</summary>
    private const int PutsRetentionHours = 8_760;

    /// <summary>A lost answer and a stream that changed meanwhile are tried again as often.</summary>
    private const int ChangesMax = 5;

    public bool HasRoom => disk.HasRoom;

    public Task<DeliveryResult> CreateAsync(NewDeliveryStream stream, CancellationToken cancel) => AnsweredAsync(async () =>
    {
        var puts = DeliveryDefinition.PutsOf(stream.Id.Region, stream.Id.Name);
        var isDirectPut = stream.Source == DeliverySource.DirectPut;
        var definition = Definition(stream.Id, stream.Destination) with
        {
            Source = isDirectPut ? puts : stream.Stream!.Value,
            // What is put while it comes to be is delivered too; of a stream, as the service has it, what comes from now on.
            Start = isDirectPut ? StartPosition.TrimHorizon : StartPosition.Latest,
            IsDirectPut = isDirectPut,
            SourceRole = stream.SourceRoleArn,
            EncryptionKey = stream.EncryptionKey,
            Tags = JsonSerializer.Serialize(stream.Tags),
        };
        if (Problem(definition) is { } problem) return problem;
        if (isDirectPut && await EnsurePutsAsync(stream.Id, stream.EncryptionKey, cancel) is { } unavailable) return unavailable;
        return await ResultAsync(new AddDelivery(definition), cancel);
    });

    public IReadOnlyList<DestinationProblem> Check(DeliveryStreamId stream, DeliveryDestination destination)
    {
        try
        {
            _ = plans.Read(Definition(stream, destination)).DisposeAsync();
            return [];
        }
        catch (DeliveryConfigurationException e)
        {
            return e.Problems.Count == 0 ? [new DestinationProblem("", e.Message)] : [.. e.Problems.Select(p => new DestinationProblem(p.Path, p.Text))];
        }
    }

    public Task<DeliveryResult> DescribeAsync(DeliveryStreamId stream, CancellationToken cancel) =>
        AnsweredAsync(() => ResultAsync(new GetDelivery(stream.Region, stream.Name), cancel));

    public async Task<DeliveryNames> ListAsync(string region, DeliverySource? type, string? exclusiveStart, int limit, CancellationToken cancel)
    {
        var all = await deliveries.ListAsync(region, cancel);
        var names = all.Definitions
            .Where(d => type is null || d.IsDirectPut == (type == DeliverySource.DirectPut))
            .Select(d => d.Stream)
            .Where(n => exclusiveStart is null || string.CompareOrdinal(n, exclusiveStart) > 0)
            .ToList();
        return new DeliveryNames([.. names.Take(limit)], names.Count > limit);
    }

    public async Task<ImmutableArray<StreamDelivery>> OfStreamsAsync(string region, CancellationToken cancel) =>
        [.. (await deliveries.ListAsync(region, cancel)).Definitions.Where(d => !d.IsDirectPut).Select(d =>
            new StreamDelivery(new DeliveryStreamId(d.Region, d.Stream), d.Source, DestinationOf(d)))];

    public Task<DeliveryResult> UpdateAsync(DeliveryStreamId stream, long version, DeliveryDestination destination, CancellationToken cancel) =>
        ChangeAsync(
            stream,
            before => before with
            {
                Version = version + 1,
                DestinationKind = destination.Kind,
                Destination = destination.Configuration.ToJsonString(),
                UpdatedAt = Now,
            },
            before => before.Version != version ? new DeliveryResult.VersionDiffers(before.Version) : null, Problem, cancel);

    public Task<DeliveryResult> TagAsync(
        DeliveryStreamId stream, ImmutableSortedDictionary<string, string> add, ImmutableArray<string> remove, CancellationToken cancel) =>
        ChangeAsync(stream, definition => definition with { Tags = JsonSerializer.Serialize(Tags(definition).SetItems(add).RemoveRange(remove)) }, _ => null, _ => null, cancel);

    public Task<DeliveryResult> EncryptAsync(DeliveryStreamId stream, string? keyId, CancellationToken cancel) => AnsweredAsync(async () =>
    {
        var puts = DeliveryDefinition.PutsOf(stream.Region, stream.Name);
        var changed = await streams.UpdateStreamAsync(puts, new StreamChange.SetEncryption(keyId), isCompat: false, cancel);
        if (changed is UpdateStreamResult.Unavailable unavailable) return new DeliveryResult.Unavailable(unavailable.Detail);
        if (changed is UpdateStreamResult.Refused refused) return new DeliveryResult.InUse($"Encryption cannot be changed now: {refused.Reason}.");
        if (changed is UpdateStreamResult.NotFound) return new DeliveryResult.NotFound();
        return await ChangeAsync(stream, definition => definition with { EncryptionKey = keyId }, _ => null, _ => null, cancel);
    });

    public Task<DeliveryResult> DeleteAsync(DeliveryStreamId stream, CancellationToken cancel) => AnsweredAsync(async () =>
    {
        var result = await ResultAsync(new RemoveDelivery(stream.Region, stream.Name), cancel);
        // Also where it is gone already: a delete that was cut off is done again.
        var deleted = await streams.DeleteStreamAsync(DeliveryDefinition.PutsOf(stream.Region, stream.Name), cancel);
        return deleted is DeleteStreamResult.Unavailable unavailable ? new DeliveryResult.Unavailable(unavailable.Detail) : result;
    });

    /// <summary>As it is stored: a definition that came back from the store is the one that went there.</summary>
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>A change of what is current, made again where that changed meanwhile.</summary>
    /// <param name="refuse">Says of what is current why it is not changed; null to go on.</param>
    /// <param name="problem">Says what is wrong with the changed one.</param>
    private Task<DeliveryResult> ChangeAsync(
        DeliveryStreamId stream, Func<DeliveryDefinition, DeliveryDefinition> change, Func<DeliveryDefinition, DeliveryResult?> refuse,
        Func<DeliveryDefinition, DeliveryResult?> problem, CancellationToken cancel) =>
        AnsweredAsync(async () =>
        {
            for (var attempt = 0; attempt < ChangesMax; attempt++)
            {
                var reply = await deliveries.AskAsync(new GetDelivery(stream.Region, stream.Name), cancel);
                if (reply.Definition is not { } before) return new DeliveryResult.NotFound();
                var after = change(before);
                if ((refuse(before) ?? problem(after)) is { } not) return not;
                reply = await deliveries.AskAsync(new ReplaceDelivery(after, before), cancel);
                if (reply.Outcome != DeliveryOutcome.Differs) return await ResultAsync(reply, cancel);
            }
            return new DeliveryResult.InUse("The delivery stream is being changed by others.");
        });

    /// <summary>One that takes direct puts, in its first version.</summary>
    private DeliveryDefinition Definition(DeliveryStreamId stream, DeliveryDestination destination) => new()
    {
        Name = DeliveryDefinition.ApplicationOf(stream.Region, stream.Name),
        Source = DeliveryDefinition.PutsOf(stream.Region, stream.Name),
        Start = StartPosition.TrimHorizon,
        Stream = stream.Name,
        Region = stream.Region,
        IsDirectPut = true,
        Version = 1,
        DestinationKind = destination.Kind,
        Destination = destination.Configuration.ToJsonString(),
        CreatedAt = Now,
    };

    private DeliveryResult.Invalid? Problem(DeliveryDefinition definition)
    {
        try
        {
            _ = plans.Read(definition).DisposeAsync();
            return null;
        }
        catch (DeliveryConfigurationException e)
        {
            return new DeliveryResult.Invalid(e.Message);
        }
    }

    private async Task<DeliveryResult.Unavailable?> EnsurePutsAsync(DeliveryStreamId stream, string? keyId, CancellationToken cancel)
    {
        var configuration = StreamConfiguration.Provisioned with { RetentionHours = PutsRetentionHours, EncryptionKey = keyId };
        return await streams.CreateStreamAsync(DeliveryDefinition.PutsOf(stream.Region, stream.Name), 1, configuration, cancel) switch
        {
            CreateStreamResult.Created => null,
            CreateStreamResult.AlreadyExists => await TakeOverPutsAsync(stream, keyId, cancel),
            CreateStreamResult.Unavailable unavailable => new DeliveryResult.Unavailable(unavailable.Detail),
            CreateStreamResult.ShardQuotaExceeded quota => new DeliveryResult.Unavailable($"{quota.Current} of {quota.Limit} shards leave no room."),
            var other => throw new InvalidOperationException($"A create was answered with {other}."),
        };
    }

    private async Task<DeliveryResult> ResultAsync(IDeliveryRequest request, CancellationToken cancel) =>
        await ResultAsync(await deliveries.AskAsync(request, cancel), cancel);

    private async Task<DeliveryResult> ResultAsync(DeliveryReply reply, CancellationToken cancel) => reply.Outcome switch
    {
        DeliveryOutcome.Done => new DeliveryResult.Done(await StreamOfAsync(reply.Definition!, cancel)),
        DeliveryOutcome.AlreadyExists => new DeliveryResult.AlreadyExists(),
        _ => new DeliveryResult.NotFound(),
    };

    /// <summary>Of a create whose answer was lost, perhaps with another key; but one that is being deleted goes away.</summary>
    private async Task<DeliveryResult.Unavailable?> TakeOverPutsAsync(DeliveryStreamId stream, string? keyId, CancellationToken cancel)
    {
        var puts = DeliveryDefinition.PutsOf(stream.Region, stream.Name);
        if (await streams.DescribeStreamAsync(puts, cancel) is not DescribeStreamResult.Found { Stream: { Status: not StreamStatus.Deleting } found })
            return new DeliveryResult.Unavailable("The former delivery stream of this name is being deleted.");
        if (found.Configuration.EncryptionKey == keyId) return null;
        // Of a delivery stream that is there the create will be refused, and changes nothing.
        if ((await deliveries.AskAsync(new GetDelivery(stream.Region, stream.Name), cancel)).Definition is not null) return null;
        return await streams.UpdateStreamAsync(puts, new StreamChange.SetEncryption(keyId), isCompat: false, cancel) switch
        {
            UpdateStreamResult.Refused refused => new DeliveryResult.Unavailable($"Encryption cannot be changed now: {refused.Reason}."),
            UpdateStreamResult.Unavailable unavailable => new DeliveryResult.Unavailable(unavailable.Detail),
            UpdateStreamResult.NotFound => new DeliveryResult.Unavailable("The former delivery stream of this name is being deleted."),
            _ => null,
        };
    }

    private async Task<DeliveryStream> StreamOfAsync(DeliveryDefinition d, CancellationToken cancel)
    {
        // It takes puts once the stream that they go to is open.
        var isActive = !d.IsDirectPut || await streams.MapAsync(d.Source, cancel) is MapResult.Found;
        return new DeliveryStream(
            new DeliveryStreamId(d.Region, d.Stream), d.IsDirectPut ? DeliverySource.DirectPut : DeliverySource.KinesisStreamAsSource,
            d.IsDirectPut ? null : d.Source, d.SourceRole, d.IsDirectPut ? d.Source : null, isActive ? DeliveryStatus.Active : DeliveryStatus.Creating,
            d.Version, d.CreatedAt, d.UpdatedAt, d.CreatedAt, DestinationOf(d),
            d.EncryptionKey, Tags(d));
    }

    private static DeliveryDestination DestinationOf(DeliveryDefinition definition) => new(definition.DestinationKind, (JsonObject)JsonNode.Parse(definition.Destination)!);

    private static ImmutableSortedDictionary<string, string> Tags(DeliveryDefinition definition) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(definition.Tags)!.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static async Task<DeliveryResult> AnsweredAsync(Func<Task<DeliveryResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (TimeoutException e)
        {
            return new DeliveryResult.Unavailable(e.Message);
        }
    }
}
