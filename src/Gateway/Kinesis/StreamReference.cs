using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>Which stream a request means: by name, by ARN, or by both when they agree.</summary>
internal static class StreamReference
{
    public static StreamId Resolve(ShapeValues input, ApiCall call) =>
        Resolve(input.Text("StreamName"), input.Text("StreamARN"), call);

    /// <param name="arn">Already of the form that the API model asks for.</param>
    public static StreamId Resolve(string? name, string? arn, ApiCall call)
    {
        if (arn is null)
        {
            if (name is null) throw KinesisErrors.InvalidArgument("Either StreamName or StreamARN must be given.");
            // A name means a stream of the caller's own account, and other accounts have none here.
            return call.IsForeign ? throw KinesisErrors.StreamNotFound(name, call.Caller.AccountId) : new StreamId(call.Region, name);
        }
        if (Parse(arn) is not { } named) throw KinesisErrors.InvalidArgument($"StreamARN {arn} does not name a stream.");
        if (name is not null && name != named.Stream.Name)
            throw KinesisErrors.InvalidArgument($"StreamName {name} and StreamARN {arn} name different streams.");
        return IsHere(named, call) ? named.Stream : throw KinesisErrors.StreamNotFound(named.Stream.Name, named.Account);
    }

    /// <summary>The stream of an ARN; null when no stream of this installation can have it.</summary>
    public static StreamId? Find(string arn, ApiCall call) => Parse(arn) is { } named && IsHere(named, call) ? named.Stream : null;

    // Streams of other accounts and regions are not here.
    private static bool IsHere((StreamId Stream, string Account) named, ApiCall call) =>
        named.Stream.Region == call.Region && named.Account == call.AccountId;

    private static (StreamId Stream, string Account)? Parse(string arn)
    {
        // arn : partition : kinesis : region : account : stream/name
        var parts = arn.Split(':', 6);
        if (parts.Length != 6 || parts[2] != "kinesis" || !parts[5].StartsWith("stream/", StringComparison.Ordinal)) return null;
        var name = parts[5]["stream/".Length..];
        return Members.NamePattern.Matches(name) && name.Length <= Members.StreamName.LengthMax ? (new StreamId(parts[3], name), parts[4]) : null;
    }

    public static string Arn(StreamId stream, string account) => $"arn:aws:kinesis:{stream.Region}:{account}:stream/{stream.Name}";
}
