using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Management;

/// <summary>
/// <c>/streams</c>: every stream of every region with its shards: status, hash key ranges, where they begin and end. Asks each shard
/// for its bounds, so it is for people and for a look a minute, not for one a second on a node of thousands of shards.
/// </summary>
/// <param name="streams">Null while the node starts.</param>
/// <param name="store">Null while the node starts.</param>
public sealed class StreamsPage(Func<IStreams?> streams, Func<ShardStore?> store) : IManagementPage
{
    private const int PageStreamsMax = 1_000;
    private const int ShardsAskedAtOnce = 32;

    public IEnumerable<ManagementRoute> Routes => [ManagementRoute.Get("/streams", AnswerAsync)];

    private async Task AnswerAsync(ManagementCall call)
    {
        if (streams() is not { } all || store() is not { } opened) throw ManagementException.Unavailable("The shards are not there yet.");
        await ListAllAsync(all, opened, call);
    }

    private static async Task ListAllAsync(IStreams all, ShardStore opened, ManagementCall call)
    {
        var cancel = call.Cancel;
        var listed = ImmutableArray.CreateBuilder<StreamAnswer>();
        var regions = await opened.Journal.PersistenceIdsAsync(Regions.CataloguePrefix, cancel);
        foreach (var region in regions.Select(id => id[Regions.CataloguePrefix.Length..]).Order(StringComparer.Ordinal))
        {
            foreach (var summary in await ListAsync(all, region, cancel))
                listed.Add(await DescribeAsync(all, region, summary, cancel));
        }

        var answer = new StreamsAnswer(await opened.SizeBytesAsync(cancel), listed.ToImmutable());
        await call.AnswerAsync(answer, ManagementJson.Default.StreamsAnswer);
    }

    private static async Task<List<StreamSummary>> ListAsync(IStreams all, string region, CancellationToken cancel)
    {
        var summaries = new List<StreamSummary>();
        while (await all.ListStreamsAsync(region, summaries.LastOrDefault()?.Name, PageStreamsMax, cancel) is ListStreamsResult.Page page)
        {
            summaries.AddRange(page.Streams);
            if (!page.HasMore || page.Streams.IsEmpty) break;
        }

        return summaries;
    }

    private static async Task<StreamAnswer> DescribeAsync(IStreams all, string region, StreamSummary summary, CancellationToken cancel)
    {
        var shards = ImmutableArray<ShardAnswer>.Empty;
        if (await all.DescribeStreamAsync(new StreamId(region, summary.Name), cancel) is DescribeStreamResult.Found found)
        {
            var answers = new ShardAnswer[found.Stream.Shards.Length];
            await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = ShardsAskedAtOnce, CancellationToken = cancel },
                async (i, token) => answers[i] = await ShardAsync(all, found.Stream.Shards[i], token));
            shards = [.. answers];
        }

        return new StreamAnswer(
            region, summary.Name, summary.Incarnation.ToString(), summary.Status.ToString().ToUpperInvariant(), summary.Mode.ToString(), summary.CreatedAt, shards);
    }

    private static async Task<ShardAnswer> ShardAsync(IStreams all, ShardDescription shard, CancellationToken cancel)
    {
        var bounds = await all.BoundsAsync(shard.Key, cancel);
        var found = (bounds as BoundsResult.Found)?.Bounds;
        return new ShardAnswer(
            shard.Key.ShardId,
            shard.Range.Starting.ToString(CultureInfo.InvariantCulture),
            shard.Range.Ending.ToString(CultureInfo.InvariantCulture),
            [.. shard.Parents.Select(ShardIds.Format)],
            found?.IsClosed ?? shard.EndingSequenceNumber is not null,
            found?.TipRow,
            found?.TipArrivalMs is > 0 and var ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            found?.TrimmedToRow,
            bounds switch
            {
                BoundsResult.Gone gone => gone.Detail,
                BoundsResult.Unavailable unavailable => unavailable.Detail,
                _ => null,
            });
    }
}
