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
    /// <returns>
    /// With the ARN that the resource is known by here, whatever partition and digits it was named with: policies are judged by it, and one that was
    /// written another way must not pass by them.
    /// </returns>
    public static ResourceReference Resolve(string arn, ApiCall call)
    {
        if (!arn.Contains(ConsumerPart, StringComparison.Ordinal))
        {
            var only = StreamReference.Resolve(null, arn, call);
            return new ResourceReference(StreamReference.Arn(only, call.AccountId), only, null, 0);
        }
        if (Parse(arn) is not { } named) throw KinesisErrors.InvalidArgument($"ResourceARN {arn} names neither a stream nor a consumer of one.");
        var stream = StreamReference.Resolve(null, named.StreamArn, call);
        return new ResourceReference(
            string.Create(CultureInfo.InvariantCulture, $"{StreamReference.Arn(stream, call.AccountId)}{ConsumerPart}{named.Consumer}:{named.CreatedAtSeconds}"),
            stream, named.Consumer, named.CreatedAtSeconds);
    }

    /// <summary>The consumer of an ARN; null when no consumer of this installation can have it.</summary>
    public static ResourceReference? FindConsumer(string arn, ApiCall call) =>
        Parse(arn) is { } named && StreamReference.Find(named.StreamArn, call) is { } stream
            ? new ResourceReference(arn, stream, named.Consumer, named.CreatedAtSeconds)
            : null;

    private static (string StreamArn, string Consumer, long CreatedAtSeconds)? Parse(string arn)
    {
        var at = arn.IndexOf(ConsumerPart, StringComparison.Ordinal);
        if (at < 0) return null;
        var named = arn[(at + ConsumerPart.Length)..];
        var colon = named.LastIndexOf(':');
        return colon > 0
            && Members.NamePattern.Matches(named[..colon])
            && long.TryParse(named.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? (arn[..at], named[..colon], seconds)
                : null;
    }
}
