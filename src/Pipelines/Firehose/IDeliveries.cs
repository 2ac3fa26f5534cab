using static ActorStreams.Pipelines.Firehose.DeliveryProtocol;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// The delivery streams of a cluster, asked on whatever node their coordinator lives. Throws <see cref="TimeoutException"/> where it does not answer in
/// time; what was asked for may have been done then.
/// </summary>
public interface IDeliveries
{
    Task<DeliveryReply> AskAsync(IDeliveryRequest request, CancellationToken cancel);

    /// <param name="region">Empty for all.</param>
    Task<Deliveries> ListAsync(string region, CancellationToken cancel);
}
