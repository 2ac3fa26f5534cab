using System.Globalization;
using ActorStreams.Gateway.Kinesis;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Gateway.Firehose;

/// <summary>The errors of the Firehose API, with the service's texts where they are known.</summary>
internal static class FirehoseErrors
{
    public const string UnavailableType = "ServiceUnavailableException";

    /// <summary>What the service says when it can't take as much as is sent.</summary>
    public const string SlowDown = "Slow down.";

    public const string Unconfirmed = "The store did not confirm the record in time; it may have been stored. Try again.";

    public static ApiException NotFound(DeliveryStreamId stream, ApiCall call) =>
        KinesisErrors.NotFound($"Firehose {stream.Name} under account {call.AccountId} not found.");

    public static ApiException AlreadyExists(DeliveryStreamId stream, ApiCall call) =>
        KinesisErrors.InUse($"Firehose {stream.Name} under accountId {call.AccountId} already exists");

    public static ApiException VersionDiffers(DeliveryStreamId stream, string named, long current) => new(
        "ConcurrentModificationException",
        string.Create(
            CultureInfo.InvariantCulture,
            $"Cannot update firehose: {stream.Name} since the current version id: {current} and specified version id: {named} do not match"));

    public static ApiException OfKinesisSource() =>
        KinesisErrors.InvalidArgument("This operation is not permitted on KinesisStreamAsSource delivery stream type.");

    /// <summary>Of operations other than puts. SDKs try again after this one.</summary>
    public static ApiException Throttled(string operation, long perSecond) => new(
        "ThrottlingException", string.Create(CultureInfo.InvariantCulture, $"Please slow down. Max limit of {perSecond} RPS has breached for {operation}."));

    public static ApiException InvalidKms(string text) => new("InvalidKMSResourceException", text);

    /// <summary>SDKs try again after this one: the status says so.</summary>
    public static ApiException Unavailable(string text) => new(UnavailableType, text, StatusCodes.Status500InternalServerError);
}
