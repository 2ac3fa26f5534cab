using System.Globalization;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>The errors of the Kinesis API with the texts that the service was observed to give.</summary>
internal static class KinesisErrors
{
    public static ApiException UnknownOperation() => new("UnknownOperationException", null);

    public static ApiException Malformed() => new("SerializationException", null);

    public static ApiException WrongType(string text) => new("SerializationException", text, capitalMessage: true);

    public static ApiException Validation(string text) => new("ValidationException", text);

    public static ApiException InvalidArgument(string text) => new("InvalidArgumentException", text);

    /// <summary>SDKs give up on this one.</summary>
    public static ApiException OtherBody() => InvalidArgument(
        $"The token in {CallIdentity.ClientTokenHeader} was used some minutes ago for the same operation with another body; give every call a token of its own.");

    /// <summary>SDKs give up on this one: another process goes on in this one's place.</summary>
    public static ApiException StaleEpoch(string detail) => InUse($"{detail} A newer process of this producer has taken over.");

    public static ApiException NotFound(string text) => new("ResourceNotFoundException", text);

    public static ApiException InUse(string text) => new("ResourceInUseException", text);

    public static ApiException ForeignPage() => new(
        "AccessDeniedException",
        "While no access keys are configured, only pages of this machine may call: their Origin is localhost, 127.0.0.1 or [::1].",
        status: 403);

    /// <summary>SDKs try again after this one. What the store said is for whoever runs the node, not for its clients.</summary>
    public static ApiException InternalFailure() => new("InternalFailure", InternalFailureText, status: 500);

    public const string InternalFailureText =
        "Internal Service Failure: what was asked for is out of reach, or the store did not confirm it in time. Try again; /ready on the node's admin port tells whether it can serve.";

    /// <summary>SDKs try again after this one: the status says so.</summary>
    public static ApiException Busy(string text) => new("ServiceUnavailable", text, status: 503);

    /// <summary>SDKs give up on this one: sending the same bytes again can't help.</summary>
    public static ApiException TooLarge(long bytesMax) => new(
        "RequestEntityTooLargeException",
        string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {bytesMax} bytes."),
        status: 413);

    public static ApiException BodyNeverCame() => new("RequestTimeoutException", "The request body did not arrive in time.", status: 408);

    public static ApiException StreamNotFound(string name, string account) => NotFound($"Stream {name} under account {account} not found.");

    public static ApiException ShardDoesNotExist(string shardId, string stream, string account) =>
        NotFound($"Shard {shardId} in stream {stream} under account {account} does not exist");

    public static ApiException ShardNotParsed(string shardId, string stream, string account) =>
        NotFound($"Could not find shard {shardId} in stream {stream} under account {account}.");

    public static ApiException RateExceeded(string shardId, string stream, string account) =>
        new("ProvisionedThroughputExceededException", RateExceededText(shardId, stream, account));

    public static string RateExceededText(string shardId, string stream, string account) =>
        $"Rate exceeded for shard {shardId} in stream {stream} under account {account}.";

    /// <summary>SDKs try again after this one.</summary>
    public static ApiException LimitExceeded(string text) => new("LimitExceededException", text);

    public static ApiException AccessDenied(string text) => new("AccessDeniedException", text);

    public static ApiException ConsumerNotFound(string nameOrArn, string account) =>
        NotFound($"Consumer {nameOrArn}, account {account} not found.");

    public static ApiException InvalidShardIterator() => InvalidArgument("Invalid ShardIterator.");

    public static ApiException ExpiredIterator(DateTimeOffset createdAt, DateTimeOffset now) => new(
        "ExpiredIteratorException",
        $"Iterator expired. The iterator was created at time {JavaDate(createdAt)} while right now it is {JavaDate(now)} which is further "
        + "in the future than the tolerated delay of 300000 milliseconds.");

    public static ApiException ExpiredNextToken() => new("ExpiredNextTokenException", "The pagination token has expired.");

    public static ApiException InvalidNextToken() => InvalidArgument("Invalid NextToken.");

    /// <summary>The service's own errors for a key that is not there, and for one that does not do.</summary>
    public static ApiException Kms(UnusableKey key) =>
        new(key.IsConfigured ? "KMSInvalidStateException" : "KMSNotFoundException", key.Detail);

    private static string JavaDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);
}
