namespace ActorStreams.Pipelines.Firehose.Destinations.S3;

public enum S3Encryption
{
    /// <summary>Whatever the bucket does by itself.</summary>
    None,

    /// <summary>Keys of the server's own: <c>AES256</c>.</summary>
    Aes256,

    /// <summary>A key of the server's key management: <c>aws:kms</c>.</summary>
    Kms,
}

/// <summary>A bucket that objects are delivered to.</summary>
public sealed record S3StoreOptions(string Bucket)
{
    private static readonly TimeSpan s_tryTimeoutMax = TimeSpan.FromHours(1);

    /// <summary>Address of a server that speaks S3; null for the one in the environment variable <c>AWS_ENDPOINT_URL_S3</c>, or else the region's own.</summary>
    public string? Endpoint { get; init; }

    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path rather than in the host name; null for yes wherever there is an <see cref="Endpoint"/>.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>Null for the SDK's usual chain: environment, profile, role of the machine.</summary>
    public S3Credentials? Credentials { get; init; }

    public S3Encryption Encryption { get; init; }

    /// <summary>Of <see cref="S3Encryption.Kms"/>; null for the server's default key.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>Objects from this size go up in parts, default 16 MiB; the least is 5 MiB, S3's own for a part.</summary>
    public long MultipartBytesMin { get; init; } = 16L << 20;

    /// <summary>Size of a part, default 8 MiB, more where an object would have over 10,000. Small parts cost requests, large ones are lost whole by a reset.</summary>
    public long PartBytes { get; init; } = 8L << 20;

    /// <summary>Parts of an object on their way at once, default 4.</summary>
    public int ParallelPartsMax { get; init; } = 4;

    /// <summary>Tries of each request before the destination counts as away, default 3; the caller's retry comes on top.</summary>
    public int TriesMax { get; init; } = 3;

    /// <summary>How long one try of a request may take, its bytes included; default 60 s. Short fails slow lines, long waits for dead ones.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Options with a value that cannot be; each text goes on from the option's name and says what is allowed.</summary>
    public IEnumerable<(string Option, string Text)> Problems()
    {
        const long partBytesMin = 5L << 20;
        const long partBytesMax = 5L << 30;
        if (Bucket.Length is < 3 or > 255) yield return Wrong(nameof(Bucket), Bucket, "a name of 3 to 255 characters");
        if (S3Clients.EndpointOf(this) is { } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return Wrong(nameof(Endpoint), endpoint, "an absolute http or https address");
        if (PartBytes is < partBytesMin or > partBytesMax) yield return Wrong(nameof(PartBytes), PartBytes, $"{partBytesMin} to {partBytesMax}");
        if (MultipartBytesMin is < partBytesMin or > partBytesMax) yield return Wrong(nameof(MultipartBytesMin), MultipartBytesMin, $"{partBytesMin} to {partBytesMax}");
        if (ParallelPartsMax is < 1 or > 64) yield return Wrong(nameof(ParallelPartsMax), ParallelPartsMax, "1 to 64");
        if (TriesMax is < 1 or > 20) yield return Wrong(nameof(TriesMax), TriesMax, "1 to 20");
        if (TryTimeout <= TimeSpan.Zero || TryTimeout > s_tryTimeoutMax) yield return Wrong(nameof(TryTimeout), TryTimeout, "a time above 0, up to an hour");
        if (KmsKeyId is not null && Encryption != S3Encryption.Kms) yield return Wrong(nameof(KmsKeyId), KmsKeyId, $"nothing while Encryption is {Encryption}");
    }

    private static (string Option, string Text) Wrong(string option, object value, string allowed) => (option, $"is '{value}'; it takes {allowed}.");
}

public sealed record S3Credentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    /// <summary>No secret gets into a log by way of a record's text.</summary>
    public override string ToString() => $"S3Credentials {{ AccessKeyId = {AccessKeyId} }}";
}
