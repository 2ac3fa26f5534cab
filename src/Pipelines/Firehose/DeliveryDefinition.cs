using System.Collections.Immutable;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>A delivery stream as it was created or changed, whole, with what its API shows of it.</summary>
public sealed record DeliveryDefinition : ApplicationDefinition
{
    /// <summary>Kept apart from the names that pipelines may have, which have no colon.</summary>
    private const string ApplicationPrefix = "firehose:";

    /// <summary>No region of a client has a plus: what is put to delivery streams is not among its streams.</summary>
    private const string PutsRegionSuffix = "+firehose";

    /// <summary>Name of the delivery stream, part of the names of its objects.</summary>
    public required string Stream { get; init; }

    public required string Region { get; init; }

    /// <summary>Records are put to it directly, rather than to a stream that it reads.</summary>
    public required bool IsDirectPut { get; init; }

    /// <summary>Of the destination, from 1 on.</summary>
    public required long Version { get; init; }

    /// <summary>As the API names it: <c>ExtendedS3</c>, <c>HttpEndpoint</c>, ...</summary>
    public required string DestinationKind { get; init; }

    /// <summary>JSON of the API's <c>{Kind}DestinationConfiguration</c>, secrets included.</summary>
    public required string Destination { get; init; }

    public string? SourceRole { get; init; }

    public string? EncryptionKey { get; init; }

    /// <summary>JSON object of text by name. Text, so that definitions compare by value.</summary>
    public string Tags { get; init; } = "{}";

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>In ARNs that are told to endpoints and functions: the account is not known to the nodes that deliver.</summary>
    internal const string Account = "000000000000";

    /// <summary>Told to endpoints and functions.</summary>
    public string Arn => $"arn:aws:firehose:{Region}:{Account}:deliverystream/{Stream}";

    public override long? CreatedMs => CreatedAt.ToUnixTimeMilliseconds();

    /// <summary>The service says that it is there, and somebody puts, before a shard is looked at.</summary>
    public override DateTimeOffset? StartAt => CreatedAt;

    public override ImmutableArray<StreamId> Outputs => [];

    /// <summary>No secret of the destination gets into a log by way of a record's text.</summary>
    public override string ToString() => $"DeliveryDefinition {{ {Region}/{Stream}, version {Version}, {DestinationKind} }}";

    public static string ApplicationOf(string region, string stream) => $"{ApplicationPrefix}{region}:{stream}";

    /// <summary>Where the records of a Direct PUT delivery stream are until they are delivered.</summary>
    public static StreamId PutsOf(string region, string stream) => new(region + PutsRegionSuffix, stream);
}
