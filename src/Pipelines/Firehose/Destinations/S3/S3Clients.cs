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
        if (options.Problems().ToList() is [var (option, text), ..]) throw new ArgumentException($"{option} {text}");
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
}
