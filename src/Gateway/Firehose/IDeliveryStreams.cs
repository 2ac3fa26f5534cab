using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

/// <summary>
/// The delivery streams behind the Firehose API, on whatever node they live. Destinations are the API's own documents: whoever implements this
/// checks what the destination can do, the API their shape. Refusals are values.
/// </summary>
public interface IDeliveryStreams
{
    /// <summary>Whether there is room for what is put; nothing that was taken is given up to make some.</summary>
    bool HasRoom { get; }

    /// <summary>Answers once it is durable.</summary>
    Task<DeliveryResult> CreateAsync(NewDeliveryStream stream, CancellationToken cancel);

    /// <summary>Everything that the destination asks for and that cannot be here; nothing is changed.</summary>
    IReadOnlyList<DestinationProblem> Check(DeliveryStreamId stream, DeliveryDestination destination);

    Task<DeliveryResult> DescribeAsync(DeliveryStreamId stream, CancellationToken cancel);

    /// <summary>Names in order, after <paramref name="exclusiveStart"/>, and whether more follow.</summary>
    /// <param name="type">Only those of this type; null for all.</param>
    Task<DeliveryNames> ListAsync(string region, DeliverySource? type, string? exclusiveStart, int limit, CancellationToken cancel);

    /// <summary>Of a region, those that read streams. Throws <see cref="TimeoutException"/> where it is not known in time.</summary>
    Task<ImmutableArray<StreamDelivery>> OfStreamsAsync(string region, CancellationToken cancel);

    /// <summary>Takes the place of the destination where the version is still <paramref name="version"/>; it takes effect at a batch boundary.</summary>
    /// <param name="destination">Whole, after what was left out of the update has been filled in.</param>
    Task<DeliveryResult> UpdateAsync(DeliveryStreamId stream, long version, DeliveryDestination destination, CancellationToken cancel);

    Task<DeliveryResult> TagAsync(DeliveryStreamId stream, ImmutableSortedDictionary<string, string> add, ImmutableArray<string> remove, CancellationToken cancel);

    Task<DeliveryResult> DeleteAsync(DeliveryStreamId stream, CancellationToken cancel);

    /// <summary>Of Direct PUT ones: whether what is put is sealed at rest.</summary>
    /// <param name="keyId">Of the streams' encryption; null to stop.</param>
    Task<DeliveryResult> EncryptAsync(DeliveryStreamId stream, string? keyId, CancellationToken cancel);
}

public readonly record struct DeliveryStreamId(string Region, string Name);

public enum DeliverySource
{
    DirectPut = 1,
    KinesisStreamAsSource = 2,
}

/// <param name="Kind">Name of the API's member, such as <c>ExtendedS3</c>, <c>HttpEndpoint</c>, <c>Redshift</c>, <c>Amazonopensearchservice</c>, <c>Splunk</c>.</param>
/// <param name="Configuration">The document of <c>{Kind}DestinationConfiguration</c>, in the API's words, secrets included.</param>
public sealed record DeliveryDestination(string Kind, JsonObject Configuration);

/// <param name="Path">Of the member in the configuration.</param>
/// <param name="Text">A sentence that says what is wrong with it.</param>
public sealed record DestinationProblem(string Path, string Text);

/// <summary>A delivery stream that reads a stream, and where it brings the records.</summary>
public sealed record StreamDelivery(DeliveryStreamId Id, StreamId Stream, DeliveryDestination Destination);

/// <param name="Stream">To read; null for Direct PUT.</param>
/// <param name="EncryptionKey">Direct PUT: key that what is put is sealed with; null for none.</param>
public sealed record NewDeliveryStream(
    DeliveryStreamId Id, DeliverySource Source, StreamId? Stream, string? SourceRoleArn, DeliveryDestination Destination, string? EncryptionKey,
    ImmutableSortedDictionary<string, string> Tags);

/// <param name="Puts">Where the records of a Direct PUT one are appended; null for others.</param>
/// <param name="DeliveryStart">Records that arrived from then on are delivered.</param>
public sealed record DeliveryStream(
    DeliveryStreamId Id, DeliverySource Source, StreamId? Stream, string? SourceRoleArn, StreamId? Puts, DeliveryStatus Status, long Version,
    DateTimeOffset CreatedAt, DateTimeOffset? UpdatedAt, DateTimeOffset DeliveryStart, DeliveryDestination Destination, string? EncryptionKey,
    ImmutableSortedDictionary<string, string> Tags)
{
    /// <summary>Why it could not be created; null unless that is so.</summary>
    public string? Failure { get; init; }
}

public enum DeliveryStatus
{
    Creating = 1,
    CreatingFailed = 2,
    Active = 3,
    Deleting = 4,
}

/// <param name="HasMore">More follow.</param>
public sealed record DeliveryNames(ImmutableArray<string> Names, bool HasMore);

public abstract record DeliveryResult
{
    private DeliveryResult() { }

    /// <summary>Durable; the stream as it is now.</summary>
    public sealed record Done(DeliveryStream Stream) : DeliveryResult;

    public sealed record NotFound : DeliveryResult;

    public sealed record AlreadyExists : DeliveryResult;

    /// <summary>Its state does not allow it now.</summary>
    public sealed record InUse(string Detail) : DeliveryResult;

    /// <summary>Another version than the one named is current.</summary>
    public sealed record VersionDiffers(long Current) : DeliveryResult;

    /// <summary>The destination asks for what cannot be, such as an address that is mapped to nothing; the detail names member and reason.</summary>
    public sealed record Invalid(string Detail) : DeliveryResult;

    /// <summary>Not confirmed; it may have been done.</summary>
    public sealed record Unavailable(string Detail) : DeliveryResult;
}
