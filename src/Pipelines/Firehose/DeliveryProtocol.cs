using System.Collections.Immutable;
using ActorStreams.Pipelines.Leases;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Messages about delivery streams to the coordinator, which has them beside the pipelines, and its answers.</summary>
public static class DeliveryProtocol
{
    /// <summary>Answered <see cref="DeliveryReply"/>; what it changes is durable then.</summary>
    public interface IDeliveryRequest : CoordinatorProtocol.IMessage
    {
        string Region { get; }
        string Stream { get; }
    }

    /// <summary>Refused where there is one of the name.</summary>
    public sealed record AddDelivery(DeliveryDefinition Definition) : IDeliveryRequest
    {
        public string Region => Definition.Region;
        public string Stream => Definition.Stream;
    }

    /// <summary>Refused where it is not as it was <paramref name="Before"/>, also in what counts no version.</summary>
    public sealed record ReplaceDelivery(DeliveryDefinition Definition, DeliveryDefinition Before) : IDeliveryRequest
    {
        public string Region => Definition.Region;
        public string Stream => Definition.Stream;
    }

    /// <summary>It delivers no more; what was not delivered stays where it was read.</summary>
    public sealed record RemoveDelivery(string Region, string Stream) : IDeliveryRequest;

    public sealed record GetDelivery(string Region, string Stream) : IDeliveryRequest;

    /// <summary>Answered <see cref="Deliveries"/>.</summary>
    /// <param name="Region">Empty for all.</param>
    public sealed record ListDeliveries(string Region) : CoordinatorProtocol.IMessage;

    public enum DeliveryOutcome
    {
        Done = 1,
        NotFound = 2,
        AlreadyExists = 3,
        Differs = 4,
    }

    /// <param name="Definition">As it is now; where it was removed, as it was; null where there is none.</param>
    public sealed record DeliveryReply(DeliveryOutcome Outcome, DeliveryDefinition? Definition) : CoordinatorProtocol.IMessage;

    /// <summary>By region and name.</summary>
    public sealed record Deliveries(ImmutableArray<DeliveryDefinition> Definitions) : CoordinatorProtocol.IMessage;
}
