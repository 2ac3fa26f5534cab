using System.Collections.Frozen;

namespace ActorStreams.Gateway.Limits;

/// <summary>PutRecord and PutRecordBatch together, each a second.</summary>
/// <param name="Bytes">Of data.</param>
internal sealed record PutRates(long Requests, long Records, long Bytes);

/// <summary>The rates of the Firehose API (published quotas). Sizes and counts that always hold are in FirehoseLimits.</summary>
internal static class FirehoseRates
{
    private static readonly PutRates s_large = new(Requests: 2_000, Records: 500_000, Bytes: 5 * 1024 * 1024);
    private static readonly PutRates s_usual = new(Requests: 1_000, Records: 100_000, Bytes: 1024 * 1024);

    /// <summary>Of what is put to one delivery stream.</summary>
    /// <param name="region">Of the stream that the records are in, which begins with that of the delivery stream.</param>
    public static PutRates OfPuts(string region) => region.Split('+')[0] is "us-east-1" or "us-west-2" or "eu-west-1" ? s_large : s_usual;

    /// <summary>Calls a second of an account in a region, by operation: all but the puts.</summary>
    public static readonly FrozenDictionary<string, long> CallsPerSecond = new Dictionary<string, long>
    {
        ["CreateDeliveryStream"] = 5,
        ["DeleteDeliveryStream"] = 5,
        ["DescribeDeliveryStream"] = 5,
        ["ListDeliveryStreams"] = 5,
        ["ListTagsForDeliveryStream"] = 5,
        ["StartDeliveryStreamEncryption"] = 5,
        ["StopDeliveryStreamEncryption"] = 5,
        ["TagDeliveryStream"] = 5,
        ["UntagDeliveryStream"] = 5,
        ["UpdateDestination"] = 5,
    }.ToFrozenDictionary();
}
