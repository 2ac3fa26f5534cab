using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Which stream a request means: by name, by ARN, or by both when they agree.</summary>
internal static class StreamReference
{
    public static StreamId Resolve(ShapeValues input, KinesisCall call) =>
        Resolve(input.Text("StreamName"), input.Text("StreamARN"), call);

    /// <param name="arn">Already of the form that the API model asks for.</param>
    public static StreamId Resolve(string? name, string? arn, KinesisCall call)
    {
        if (arn is null)
        {
            if (name is null) throw KinesisErrors.InvalidArgument("Either StreamName or StreamARN must be given.");
            // A name means a stream of the caller's own account, and other accounts have none here.
            return call.IsForeign ? throw KinesisErrors.StreamNotFound(name, call.Caller.AccountId) : new StreamId(call.Region, name);
        }
        // arn : partition : kinesis : region : account : stream/name
        var parts = arn.Split(':', 6);
        var named = parts.Length == 6 && parts[5].StartsWith("stream/", StringComparison.Ordinal) ? parts[5]["stream/".Length..] : "";
        if (parts.Length != 6 || parts[2] != "kinesis" || !Members.NamePattern.Matches(named) || named.Length > Members.StreamName.LengthMax)
            throw KinesisErrors.InvalidArgument($"StreamARN {arn} does not name a stream.");
        if (name is not null && name != named)
            throw KinesisErrors.InvalidArgument($"StreamName {name} and StreamARN {arn} name different streams.");
        // Streams of other accounts and regions are not here.
        return parts[3] == call.Region && parts[4] == call.AccountId
            ? new StreamId(call.Region, named)
            : throw KinesisErrors.StreamNotFound(named, parts[4]);
    }

    public static string Arn(StreamId stream, string account) => $"arn:aws:kinesis:{stream.Region}:{account}:stream/{stream.Name}";
}
