using ActorStreams.Shards.Client;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>
/// Two processes that both believe to own a stream's shards, as the sides of a partition do. The old one is stopped in the middle of
/// writing, the new one takes half of the shards over, then the old one wakes.
/// </summary>
[Trait("Kind", "slow")]
public sealed class TwoIncarnationsSpecs(ITestOutputHelper output)
{
    private const double EveryCallSeconds = 20;

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_stopped_owner_that_wakes_acknowledges_shows_and_trims_nothing_that_is_not_its_own(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var sent = new Sent();
        await using var former = await IncarnationProcess.StartAsync(store.Options, sent);
        await using var later = await IncarnationProcess.StartAsync(store.Options, sent);
        var shards = await CreateAsync(former, sent, 4);
        var (contested, bystanders) = (shards[..2], shards[2..]);
        await former.LoadAsync("former", shards);
        await Expect.EventuallyAsync("a hundred records of each shard", 20, () => shards.All(s => sent.AcknowledgedOf(s) > 100));

        var pausedAt = await TakeOverAsync(store, former, later, contested, sent);
        await Expect.EventuallyAsync("a stop longer than a tip is trusted", 10, () => TimeProvider.System.GetElapsedTime(pausedAt).TotalSeconds > 2.5);
        await AppendAsync(later, contested, "last");
        var tips = contested.ToDictionary(s => s, sent.TipOf);
        await former.WakeAsync();

        // At once, so that these are in the same mailboxes as whatever was under way when it was stopped.
        await Task.WhenAll(contested.Select(shard => AssertTellsNoOldEndAsync(former, shard, tips[shard])));
        await Task.WhenAll(contested.Select(shard => AssertTrimsNothingAsync(former, shard)));

        await AssertBystandersWorkAsync(bystanders, sent);
        await later.LoadAsync("later", contested);
        var (before, fenced) = (contested.Select(sent.AcknowledgedOf).ToList(), 0);
        await Expect.EventuallyAsync("two hundred more records from the new owner", 20, () =>
        {
            fenced = sent.Refusals.Count(r => r.Contains("OutcomeUnknown", StringComparison.Ordinal) && r.Contains("later", StringComparison.Ordinal));
            return contested.Select((s, i) => sent.AcknowledgedOf(s) - before[i]).All(more => more > 200);
        });
        Assert.Equal(0, fenced);
        Assert.True(await former.ExitAsync(EveryCallSeconds), former.LastLines);
        Assert.True(await later.ExitAsync(EveryCallSeconds), later.LastLines);

        output.WriteLine($"{sent.Acknowledged} acknowledged; refused: {string.Join(" | ", sent.Refusals.GroupBy(Shorten).Select(g => $"{g.Count()} {g.Key}"))}");
        await VerifyInThirdAsync(store, sent, shards);
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_lost_shard_is_refused_while_it_is_held_back_and_taken_again_afterwards(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var sent = new Sent();
        await using var former = await IncarnationProcess.StartAsync(store.Options, sent, holdMs: 3_000);
        await using var later = await IncarnationProcess.StartAsync(store.Options, sent);
        var shard = await CreateAsync(former, sent, 1);
        await AppendAsync(former, shard, "former");
        await AppendAsync(later, shard, "later");

        // It finds out by this one's failure, recovers, sees the other's name and holds itself back for longer than puts are held.
        var lost = await former.AppendAsync(shard[0], "lost");
        var heldBack = await former.AppendAsync(shard[0], "held");
        await AppendAsync(later, shard, "undisturbed");
        Assert.True(await later.ExitAsync(EveryCallSeconds));
        await Expect.EventuallyAsync("the shard to be taken back", 20, async () => (await former.AppendAsync(shard[0], "again" + Guid.NewGuid())).StartsWith("appended", StringComparison.Ordinal));

        Assert.StartsWith("refused", lost, StringComparison.Ordinal);
        Assert.Contains("does not take it back", heldBack, StringComparison.Ordinal);
        Assert.True(await former.ExitAsync(EveryCallSeconds));
        await VerifyInThirdAsync(store, sent, shard);
    }

    private static async Task<ShardKey[]> CreateAsync(IncarnationProcess former, Sent sent, int count)
    {
        var created = (await former.AskAsync($"create orders {count}")).Split(' ');
        Assert.Equal("created", created[0]);
        Assert.True(Incarnation.TryParse(created[1], out var incarnation));
        var shards = Enumerable.Range(0, count).Select(i => new ShardKey("eu-test-1", incarnation, i)).ToArray();
        await Task.WhenAll(shards.Select(shard => Expect.EventuallyAsync($"{shard} open", 20, async () =>
            (await former.AppendAsync(shard, $"first-{Guid.NewGuid()}")).StartsWith("appended", StringComparison.Ordinal))));
        return shards;
    }

    /// <summary>
    /// Stops the old owner until it lets the new one write. A process that is stopped inside a SQLite transaction keeps the file's lock:
    /// then nobody writes and everybody is told, once is enough to see. Answers when the last stop was.
    /// </summary>
    private async Task<long> TakeOverAsync(
        TestStore store, IncarnationProcess former, IncarnationProcess later, ShardKey[] contested, Sent sent)
    {
        // Of SQLite both kinds of stop are wanted: the harmful one inside a transaction, and one that lets the new owner take over.
        var sawLock = store.Options.UsesPostgres;
        for (var attempt = 1; attempt <= 60; attempt++)
        {
            await former.PauseAsync();
            var pausedAt = TimeProvider.System.GetTimestamp();
            var isLocked = IsLocked(store);
            if (isLocked != sawLock)
            {
                var answers = await Task.WhenAll(contested.Select(shard => later.AppendAsync(shard, $"takes-{attempt}-{shard.Shard}")));
                output.WriteLine($"Stop {attempt}, locked {isLocked}: {string.Join(" | ", answers)} after {TimeProvider.System.GetElapsedTime(pausedAt).TotalSeconds:0.0} s");
                if (!isLocked)
                {
                    Assert.All(answers, a => Assert.StartsWith("appended", a, StringComparison.Ordinal));
                    return pausedAt;
                }
                Assert.All(answers, a => Assert.StartsWith("refused", a, StringComparison.Ordinal));
                sawLock = true;
            }
            await former.WakeAsync();
            var acknowledged = sent.Acknowledged;
            await Expect.EventuallyAsync("the woken process writing again", 20, () => sent.Acknowledged > acknowledged + 20);
        }
        throw new InvalidOperationException("The new owner never got to write.");
    }

    private static bool IsLocked(TestStore store)
    {
        if (store.Options.UsesPostgres) return false;
        using var file = new SqliteFile(store.Options);
        return file.IsLocked();
    }

    private static async Task AppendAsync(IncarnationProcess process, IEnumerable<ShardKey> shards, string tag)
    {
        foreach (var shard in shards)
        {
            var answer = await process.AppendAsync(shard, $"{tag}-{shard.Shard}");
            Assert.True(answer.StartsWith("appended", StringComparison.Ordinal), answer + process.LastLines);
        }
    }

    private static async Task AssertTellsNoOldEndAsync(IncarnationProcess former, ShardKey shard, long tip)
    {
        // Beyond every tip: it is a "caught up" with these bounds, or a refusal.
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => former.AskAsync($"read {shard.PersistenceId} 9000000000 0", EveryCallSeconds)));
        foreach (var words in answers.Select(a => a.Split(' ')))
        {
            Assert.True(words[0] == "refused" || IncarnationProcess.Parse(words[3]) >= tip,
                $"{shard} is said to end at row {words[^1]} where row {tip} was acknowledged: {string.Join(' ', words)}");
        }
    }

    private static async Task AssertTrimsNothingAsync(IncarnationProcess former, ShardKey shard)
    {
        var answer = await former.AskAsync($"trim {shard.PersistenceId} {DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()}", EveryCallSeconds);
        Assert.True(answer.StartsWith("refused", StringComparison.Ordinal) || answer.StartsWith("failed", StringComparison.Ordinal) || answer == "trimmed 0", answer);
    }

    private static async Task AssertBystandersWorkAsync(ShardKey[] bystanders, Sent sent)
    {
        var before = bystanders.Select(sent.AcknowledgedOf).ToList();
        await Expect.EventuallyAsync("fifty more records of each shard that nobody took", 15,
            () => bystanders.Select((s, i) => sent.AcknowledgedOf(s) - before[i]).All(more => more > 50));
    }

    private static async Task VerifyInThirdAsync(TestStore store, Sent sent, ShardKey[] shards)
    {
        await using var third = await ShardsHost.StartAsync(store.Options);
        await sent.VerifyAsync(third.Streams, shards);
        foreach (var shard in shards)
            Assert.Equal(0, Assert.IsType<BoundsResult.Found>(await third.Streams.BoundsAsync(shard, CancellationToken.None)).Bounds.TrimmedToRow);
    }

    private static string Shorten(string refusal) => refusal[..Math.Min(refusal.Length, 90)];
}
