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
    public async Task CheckAsync(StreamId stream, KinesisCall call)
    {
        var found = await streams.DescribeStreamAsync(stream, call.Aborted);
        if (found is DescribeStreamResult.Unavailable) throw KinesisErrors.InternalFailure();
        var description = (found as DescribeStreamResult.Found)?.Stream;
        foreach (var operation in s_reads)
            Access.Check(call, ServiceApi.Kinesis, operation, StreamReference.Arn(stream, call.AccountId), description?.Configuration.Policy);
        if (description is null) throw KinesisErrors.InvalidArgument($"Stream {stream.Name} under account {call.AccountId} not found.");
    }
}
