using System.Globalization;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>A stream, or one life of a consumer of it, as ARNs name them: <c>.../stream/name</c>, <c>.../stream/name/consumer/name:second</c>.</summary>
/// <param name="Consumer">Null for the stream itself.</param>
/// <param name="CreatedAtSeconds">Of the consumer, seconds since 1970.</param>
internal sealed record ResourceReference(string Arn, StreamId Stream, string? Consumer, long CreatedAtSeconds)
{
    private const string ConsumerPart = "/consumer/";

    /// <param name="arn">Already of the form that the API model asks for.</param>
    public static ResourceReference Resolve(string arn, KinesisCall call)
    {
        var at = arn.IndexOf(ConsumerPart, StringComparison.Ordinal);
        if (at < 0) return new ResourceReference(arn, StreamReference.Resolve(null, arn, call), null, 0);
        var named = arn[(at + ConsumerPart.Length)..];
        var colon = named.LastIndexOf(':');
        if (colon < 1
            || !Members.NamePattern.Matches(named[..colon])
            || !long.TryParse(named.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            throw KinesisErrors.InvalidArgument($"ResourceARN {arn} names neither a stream nor a consumer of one.");
        return new ResourceReference(arn, StreamReference.Resolve(null, arn[..at], call), named[..colon], seconds);
    }
}
