using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace ActorStreams.Pipelines.Firehose.Destinations.S3;

internal static class S3Clients
{
    public const string EndpointVariable = "AWS_ENDPOINT_URL_S3";

    public static string? EndpointOf(S3StoreOptions options) =>
        options.Endpoint ?? (Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint ? endpoint : null);

    /// <exception cref="ArgumentException">An option has a value that cannot be; the message names it and what is allowed.</exception>
    public static AmazonS3Client Create(S3StoreOptions options)
    {
        Check(options);
        var endpoint = EndpointOf(options);
        var config = new AmazonS3Config
        {
            MaxErrorRetry = options.TriesMax - 1,
            RetryMode = RequestRetryMode.Standard,
            Timeout = options.TryTimeout,
            ForcePathStyle = options.PathStyle ?? endpoint is not null,
            // Trailing checksums come in chunks, which servers other than Amazon's may store as part of the object.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is null) config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        else (config.ServiceURL, config.AuthenticationRegion) = (endpoint, options.Region);
        return options.Credentials switch
        {
            null => new AmazonS3Client(config),
            { SessionToken: { } token } c => new AmazonS3Client(new SessionAWSCredentials(c.AccessKeyId, c.SecretAccessKey, token), config),
            var c => new AmazonS3Client(new BasicAWSCredentials(c.AccessKeyId, c.SecretAccessKey), config),
        };
    }

    private static void Check(S3StoreOptions options)
    {
        const long partBytesMin = 5L << 20;
        const long partBytesMax = 5L << 30;
        if (options.Bucket.Length is < 3 or > 255) throw Wrong("Bucket", options.Bucket, "a name of 3 to 255 characters");
        if (EndpointOf(options) is { } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw Wrong("Endpoint", endpoint, "an absolute http or https address");
        if (options.PartBytes is < partBytesMin or > partBytesMax) throw Wrong("PartBytes", options.PartBytes, $"{partBytesMin} to {partBytesMax}");
        if (options.MultipartBytesMin is < partBytesMin or > partBytesMax)
            throw Wrong("MultipartBytesMin", options.MultipartBytesMin, $"{partBytesMin} to {partBytesMax}");
        if (options.ParallelPartsMax is < 1 or > 64) throw Wrong("ParallelPartsMax", options.ParallelPartsMax, "1 to 64");
        if (options.TriesMax is < 1 or > 20) throw Wrong("TriesMax", options.TriesMax, "1 to 20");
        if (options.TryTimeout <= TimeSpan.Zero) throw Wrong("TryTimeout", options.TryTimeout, "a time above 0");
        if (options.KmsKeyId is not null && options.Encryption != S3Encryption.Kms)
            throw Wrong("KmsKeyId", options.KmsKeyId, $"nothing while Encryption is {options.Encryption}");
    }

    private static ArgumentException Wrong(string option, object value, string allowed) => new($"{option} is '{value}'; it takes {allowed}.");
}
