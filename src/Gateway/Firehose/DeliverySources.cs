using System.Collections.Immutable;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Policies;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Firehose;

/// <summary>The streams that delivery streams read.</summary>
internal sealed class DeliverySources(IStreams streams)
{
    // What Firehose's role does with a stream on AWS. There are no roles here, so the key that creates must be allowed to do it.
    private static readonly ImmutableArray<string> s_reads = ["DescribeStream", "GetShardIterator", "GetRecords"];

    /// <summary>Throws the error that says so where the stream is not there, or not to be read by the caller.</summary>
    public Task CheckAsync(StreamId stream, ApiCall call) => CheckAsync(streams, stream, s_reads, "", call);

    /// <param name="operations">What the caller has to be allowed to do with the stream.</param>
    /// <param name="where">Before the message, such as the member that names the stream.</param>
    public static async Task CheckAsync(IStreams streams, StreamId stream, ImmutableArray<string> operations, string where, ApiCall call)
    {
        var found = await streams.DescribeStreamAsync(stream, call.Aborted);
        if (found is DescribeStreamResult.Unavailable) throw KinesisErrors.InternalFailure();
        var description = (found as DescribeStreamResult.Found)?.Stream;
        foreach (var operation in operations)
            Access.Check(call, ServiceApi.Kinesis, operation, StreamReference.Arn(stream, call.AccountId), description?.Configuration.Policy);
        if (description is null) throw KinesisErrors.InvalidArgument($"{where}Stream {stream.Name} under account {call.AccountId} not found.");
    }
}
