using System.Globalization;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>
/// A process that creates, fills, trims and deletes streams is killed at a random moment, again and again. The seed stands in every
/// failure's message; which instruction the kill meets is the machine's choice.
/// </summary>
[Trait("Kind", "slow")]
public sealed class CrashSpecs(ITestOutputHelper output)
{
    private const int Seed = 20260;
    private const int Rounds = 12;
    private readonly Random _random = new(Seed);
    private readonly Sent _sent = new();
    private readonly Dictionary<ShardKey, long> _trimmedTo = [];
    private readonly HashSet<string> _maybeThere = [];
    private readonly HashSet<string> _deleted = [];
    private readonly HashSet<string> _interrupted = [];
    private readonly HashSet<string> _incarnationsDeleted = [];
    private readonly Dictionary<string, string> _incarnations = [];

    [Fact]
    public async Task Creates_trims_and_deletes_that_a_kill_interrupts_are_finished_or_never_were()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        for (var round = 0; round < Rounds; round++)
        {
            await using var process = await IncarnationProcess.StartAsync(store.Options, _sent, snapshotRowsMax: 20);
            try
            {
                await VerifyAsync(process);
                var work = Task.WhenAll(CreateAsync(process, round), TrimAsync(process), DeleteAsync(process));
                await Task.WhenAny(work, SomeMomentAsync());
                await process.KillAsync();
                await work;
            }
            catch (Exception e) when (e is not Xunit.SkipException)
            {
                throw new InvalidOperationException($"Seed {Seed}, round {round}: {e.Message}\n{process.LastLines}", e);
            }
        }
        await using (var last = await IncarnationProcess.StartAsync(store.Options, _sent))
        {
            await VerifyAsync(last);
            foreach (var name in _maybeThere.ToList()) await DeleteAsync(last, name);
            await VerifyAsync(last);
            Assert.True(await last.ExitAsync(20), last.LastLines);
        }
        await AssertNothingIsLeftAsync(store);
    }

    /// <summary>A while after a number of appends, or in one round out of five before any.</summary>
    private async Task SomeMomentAsync()
    {
        var acknowledged = _sent.Acknowledged + (_random.Next(5) == 0 ? 0 : _random.Next(1, 120));
        var after = TimeSpan.FromMilliseconds(_random.Next(0, 60));
        await Expect.EventuallyAsync("appends", 20, () => _sent.Acknowledged >= acknowledged);
        await Task.Delay(after);
    }

    private async Task CreateAsync(IncarnationProcess process, int round)
    {
        var name = $"stream{round}";
        _maybeThere.Add(name);
        var answer = (await process.AskAsync($"create {name} 2")).Split(' ');
        if (answer[0] != "created") return;
        _incarnations[name] = answer[1];
        for (var i = 0; i < 60; i++)
        {
            foreach (var shard in ShardsOf(name)) await process.AppendAsync(shard, new string('x', 2_000) + $"-{name}-{shard.Shard}-{i}");
        }
    }

    private async Task TrimAsync(IncarnationProcess process)
    {
        foreach (var shard in _incarnations.Keys.Except(_deleted).ToList().SelectMany(ShardsOf))
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            var answer = (await process.AskAsync($"trim {shard.PersistenceId} {now}")).Split(' ');
            if (answer[0] == "trimmed") NeverFalls(shard, IncarnationProcess.Parse(answer[1]));
        }
    }

    private async Task DeleteAsync(IncarnationProcess process)
    {
        if (_maybeThere.Count < 3) return;
        await DeleteAsync(process, _maybeThere.First());
    }

    private async Task DeleteAsync(IncarnationProcess process, string name)
    {
        // Until the answer comes it may or may not be deleted.
        _interrupted.Add(name);
        if (await process.AskAsync($"delete {name}") != "deleting") return;
        _maybeThere.Remove(name);
        _deleted.Add(name);
    }

    private async Task VerifyAsync(IncarnationProcess process)
    {
        foreach (var name in _deleted)
        {
            await Expect.EventuallyAsync($"{name} gone after its deletion", 20, async () => await process.AskAsync($"describe {name}") == "none");
            if (_incarnations.Remove(name, out var gone)) _incarnationsDeleted.Add(gone);
        }
        _deleted.Clear();
        foreach (var name in _maybeThere.ToList())
        {
            string state = "";
            await Expect.EventuallyAsync($"{name} ACTIVE or not there", 20, async () =>
                (state = await process.AskAsync($"describe {name}")) == "none" || state.StartsWith("Active", StringComparison.Ordinal));
            if (state == "none")
            {
                Assert.False(_incarnations.ContainsKey(name) && !_interrupted.Contains(name), $"{name} was created and is not there.");
                _maybeThere.Remove(name);
                if (_incarnations.Remove(name, out var gone)) _incarnationsDeleted.Add(gone);
                continue;
            }
            _incarnations[name] = state.Split(' ')[1];
            foreach (var shard in ShardsOf(name))
            {
                var bounds = (await process.AskAsync($"bounds {shard.PersistenceId}")).Split(' ');
                Assert.True(bounds[0] == "bounds", string.Join(' ', bounds));
                NeverFalls(shard, IncarnationProcess.Parse(bounds[3]));
                Assert.True(IncarnationProcess.Parse(bounds[1]) >= _sent.TipOf(shard), $"{shard} ends at {bounds[1]} where {_sent.TipOf(shard)} was acknowledged.");
            }
        }
    }

    private async Task AssertNothingIsLeftAsync(TestStore store)
    {
        Assert.Empty(_maybeThere);
        using var file = new SqliteFile(store.Options);
        Assert.Equal(0, file.Scalar<int>("SELECT count(*) FROM journal WHERE persistence_id LIKE 'shard-%' AND length(message) > 0"));
        var before = await store.Store.SizeBytesAsync(CancellationToken.None);
        await store.Store.GiveBackSpaceAsync(long.MaxValue, CancellationToken.None);
        var after = await store.Store.SizeBytesAsync(CancellationToken.None);
        output.WriteLine($"{_incarnationsDeleted.Count} streams deleted, {_sent.Acknowledged} records acknowledged; the file shrank from {before} to {after} bytes");
        Assert.Equal(0, file.Scalar<int>("PRAGMA freelist_count"));
        Assert.True(_sent.Acknowledged > 100 && after < 1 << 20, $"{_sent.Acknowledged} records were sent, {after} bytes are left.");
    }

    private void NeverFalls(ShardKey shard, long trimmedTo)
    {
        lock (_trimmedTo)
        {
            Assert.True(trimmedTo >= _trimmedTo.GetValueOrDefault(shard), $"{shard} was trimmed to {_trimmedTo.GetValueOrDefault(shard)}, now to {trimmedTo}.");
            _trimmedTo[shard] = trimmedTo;
        }
    }

    private IEnumerable<ShardKey> ShardsOf(string name) => _incarnations.TryGetValue(name, out var text) && Incarnation.TryParse(text, out var incarnation)
        ? Enumerable.Range(0, 2).Select(i => new ShardKey(FaultHost.Region, incarnation, i))
        : [];
}
