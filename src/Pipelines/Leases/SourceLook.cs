using ActorStreams.Pipelines.Definitions;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Leases;

/// <summary>What one look at an application's streams showed.</summary>
/// <param name="Source">Null where it could not be had; then one of the others says why.</param>
/// <param name="Missing">The stream that has to come to be first.</param>
/// <param name="Unavailable">Why nothing was learned.</param>
internal sealed record SourceLook(StreamDescription? Source, string? Missing, string? Unavailable)
{
    /// <param name="checkOutputs">Also looks whether the output streams are there, and creates them where the definition says so.</param>
    public static async Task<SourceLook> TakeAsync(IStreams streams, ApplicationDefinition definition, bool checkOutputs, CancellationToken cancel)
    {
        if (checkOutputs)
        {
            foreach (var output in definition.Outputs)
            {
                if (await EnsureAsync(streams, output, definition.CreateStreams, cancel) is { } problem) return new SourceLook(null, problem, null);
            }
        }
        return await streams.DescribeStreamAsync(definition.Source, cancel) switch
        {
            DescribeStreamResult.Found { Stream.Status: StreamStatus.Creating or StreamStatus.Deleting } found =>
                new SourceLook(null, $"{definition.Source}, which is {found.Stream.Status}", null),
            DescribeStreamResult.Found found => new SourceLook(found.Stream, null, null),
            DescribeStreamResult.NotFound => new SourceLook(null, definition.Source.ToString(), null),
            DescribeStreamResult.Unavailable unavailable => new SourceLook(null, null, unavailable.Detail),
            var other => throw new InvalidOperationException($"A description was answered with {other}."),
        };
    }

    private static async Task<string?> EnsureAsync(IStreams streams, StreamId stream, bool create, CancellationToken cancel)
    {
        switch (await streams.MapAsync(stream, cancel))
        {
            case MapResult.Found:
                return null;
            case MapResult.NotActive notActive:
                return $"{stream}, which is {notActive.Status}";
            case MapResult.Unavailable unavailable:
                return $"{stream}, which does not answer: {unavailable.Detail}";
        }
        if (!create) return stream.ToString();
        return await streams.CreateStreamAsync(stream, 1, StreamConfiguration.Provisioned, cancel) switch
        {
            CreateStreamResult.ShardQuotaExceeded quota => $"{stream}, for which {quota.Current} of {quota.Limit} shards leave no room",
            CreateStreamResult.Unavailable unavailable => $"{stream}, which cannot be created now: {unavailable.Detail}",
            _ => $"{stream}, which is being created",
        };
    }
}
