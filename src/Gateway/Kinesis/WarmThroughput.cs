using System.Globalization;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>The write throughput that an on-demand stream is asked to have ready, MiB/s. Provisioned ones have shards for that.</summary>
internal static class WarmThroughput
{
    /// <summary>0 where the request has none.</summary>
    public static int Read(ShapeValues input, StreamMode mode)
    {
        var warm = input.Integer("WarmThroughputMiBps") ?? 0;
        if (warm > KinesisLimits.WarmThroughputMiBpsMax)
        {
            throw KinesisErrors.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture, $"WarmThroughputMiBps {warm} is above {KinesisLimits.WarmThroughputMiBpsMax}."));
        }
        return warm == 0 || mode == StreamMode.OnDemand
            ? warm
            : throw KinesisErrors.InvalidArgument("WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.");
    }
}
