using System.Collections.Immutable;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Management.Inspection;

/// <summary>
/// <c>/streams</c>: streams and their shards, where each lives and what passes through it. Asks every owner, so it is for people and for a
/// look a minute, not for one a second on a cluster of thousands of shards.
/// </summary>
/// <param name="shards">Null while the node starts.</param>
/// <param name="store">Null while the node starts.</param>
public sealed class StreamsPage(Func<StreamsClient?> shards, Func<ShardStore?> store, TimeProvider clock) : IManagementPage
{
    private const int PageStreamsMax = 1_000;

    public IEnumerable<ManagementRoute> Routes =>
    [
        ManagementRoute.Get("/streams", AnswerAllAsync),
        ManagementRoute.Get("/streams/{region}/{stream}", AnswerOneAsync),
        ManagementRoute.Get("/streams/{region}/{stream}/shards/{shard}", AnswerShardAsync),
    ];

    /// <summary>Streams asked at once.</summary>
    private const int AskedAtOnce = 64;

    private async Task AnswerAllAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var opened = Opened.Of(store);
        var look = new ShardLook(streams, clock);
        var summaries = new List<(string Region, StreamSummary Stream)>();
        var regions = await opened.Journal.PersistenceIdsAsync(Regions.CataloguePrefix, call.Cancel);
        foreach (var region in regions.Select(id => id[Regions.CataloguePrefix.Length..]).Order(StringComparer.Ordinal))
            summaries.AddRange((await ListAsync(streams, region, call.Cancel)).Select(s => (region, s)));
        var answers = new StreamAnswer?[summaries.Count];
        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = call.Cancel }, async (i, cancel) =>
            answers[i] = await AskAsync(streams, look, summaries[i].Region, summaries[i].Stream, cancel));
        await call.AnswerAsync(
            new StreamsAnswer(await opened.SizeBytesAsync(call.Cancel), [.. answers.OfType<StreamAnswer>()]), InspectionJson.Default.StreamsAnswer);
    }

    /// <summary>Null where it was deleted since. One whose node is lost holds up nobody else.</summary>
    private static async Task<StreamAnswer?> AskAsync(StreamsClient streams, ShardLook look, string region, StreamSummary stream, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ShardLook.ShardWithin);
        DescribeStreamResult described;
        try
        {
            described = await streams.DescribeStreamAsync(new StreamId(region, stream.Name), limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            described = new DescribeStreamResult.Unavailable($"It did not answer within {ShardLook.ShardWithin.TotalSeconds:0} s.");
        }
        return described switch
        {
            DescribeStreamResult.Found found => Describe(found.Stream, await look.AskAsync(found.Stream, cancel)),
            DescribeStreamResult.Unavailable unavailable => new StreamAnswer(
                region, stream.Name, stream.Incarnation.ToString(), stream.Status.ToString().ToUpperInvariant(), stream.Mode.ToString(), 0, null, stream.Shards,
                stream.CreatedAt, [])
            { Unavailable = unavailable.Detail },
            _ => null,
        };
    }

    private async Task AnswerOneAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var stream = await StreamOfCall.DescribeAsync(streams, call);
        await call.AnswerAsync(Describe(stream, await new ShardLook(streams, clock).AskAsync(stream, call.Cancel)), InspectionJson.Default.StreamAnswer);
    }

    private async Task AnswerShardAsync(ManagementCall call)
    {
        var streams = Opened.Of(shards);
        var stream = await StreamOfCall.DescribeAsync(streams, call);
        var shard = StreamOfCall.Shard(stream, call["shard"]);
        await call.AnswerAsync(await new ShardLook(streams, clock).AskAsync(stream, shard, call.Cancel), InspectionJson.Default.ShardAnswer);
    }

    private static async Task<List<StreamSummary>> ListAsync(StreamsClient streams, string region, CancellationToken cancel)
    {
        var summaries = new List<StreamSummary>();
        while (true)
        {
            switch (await streams.ListStreamsAsync(region, summaries.LastOrDefault()?.Name, PageStreamsMax, cancel))
            {
                case ListStreamsResult.Page page:
                    summaries.AddRange(page.Streams);
                    if (!page.HasMore || page.Streams.IsEmpty) return summaries;
                    break;
                case ListStreamsResult.Unavailable unavailable:
                    throw ManagementException.Unavailable($"The catalogue of region {region} does not answer: {unavailable.Detail}");
            }
        }
    }

    private static StreamAnswer Describe(StreamDescription stream, ImmutableArray<ShardAnswer> shards) => new(
        stream.Id.Region, stream.Id.Name, stream.Incarnation.ToString(), stream.Status.ToString().ToUpperInvariant(), stream.Mode.ToString(),
        stream.RetentionHours, stream.Configuration.EncryptionKey, stream.OpenShards, stream.CreatedAt, shards);
}
