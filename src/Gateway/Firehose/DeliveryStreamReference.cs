namespace ActorStreams.Gateway.Firehose;

/// <summary>How a delivery stream is named outside.</summary>
internal static class DeliveryStreamReference
{
    public static string Arn(DeliveryStreamId stream, string account) => $"arn:aws:firehose:{stream.Region}:{account}:deliverystream/{stream.Name}";
}
