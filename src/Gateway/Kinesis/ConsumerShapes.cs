using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Consumers as the answers of several actions show them.</summary>
internal static class ConsumerShapes
{
    /// <summary>It is there as soon as it is durable; only the answer to its registration calls it CREATING, as the service does.</summary>
    public const string Active = "ACTIVE";
    public const string Creating = "CREATING";

    public static string Arn(StreamId stream, FanOutConsumer consumer, string account) => string.Create(
        CultureInfo.InvariantCulture, $"{StreamReference.Arn(stream, account)}/consumer/{consumer.Name}:{consumer.CreatedAtMs / 1000}");

    public static void Write(AnswerWriter writer, StreamId stream, FanOutConsumer consumer, string status, string account)
    {
        writer.String("ConsumerName", consumer.Name);
        writer.String("ConsumerARN", Arn(stream, consumer, account));
        writer.String("ConsumerStatus", status);
        writer.Timestamp("ConsumerCreationTimestamp", DateTimeOffset.FromUnixTimeMilliseconds(consumer.CreatedAtMs));
    }
}
