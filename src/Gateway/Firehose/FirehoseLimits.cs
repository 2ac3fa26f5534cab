namespace ActorStreams.Gateway.Firehose;

/// <summary>Limits of the Firehose API, each with where it comes from.</summary>
internal static class FirehoseLimits
{
    /// <summary>PutRecord, PutRecordBatch: data of one record (API model).</summary>
    public const int DataBytesMax = 1_024_000;

    /// <summary>PutRecordBatch: entries of one request (API model).</summary>
    public const int BatchEntriesMax = 500;

    /// <summary>PutRecordBatch: data of one request (quota).</summary>
    public const int BatchBytesMax = 4 * 1024 * 1024;

    /// <summary>ListDeliveryStreams: names of a page unless the request says otherwise (service documentation).</summary>
    public const int ListDefault = 10;

    /// <summary>Tags of a delivery stream, and of a page of them (quota, API model).</summary>
    public const int TagsMax = 50;

    /// <summary>Format conversion and dynamic partitioning: MiB of a buffer at least, and unless the request says otherwise (service documentation).</summary>
    public const int LargeBufferMBsMin = 64;
    public const int LargeBufferMBsDefault = 128;
}
