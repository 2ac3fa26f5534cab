using ActorStreams.Clustering.Leases;

namespace ActorStreams.Clustering.Tests.Leases;

public class LeaseTableSpecs
{
    private const int Steps = 400;

    /// <summary>Either over at once or never: so the two clocks need not agree.</summary>
    private static readonly TimeSpan[] s_timesToLive = [TimeSpan.Zero, TimeSpan.FromDays(1)];

    [SkippableFact]
    public async Task The_statements_and_the_model_decide_alike()
    {
        await using var store = await LeaseStore.CreateAsync();
        var table = new LeaseTable(store.Source);
        var random = new Random(7);
        var model = LeaseRow.None;
        for (var step = 0; step < Steps; step++)
        {
            var owner = random.Next(2) == 0 ? "a" : "b";
            var epoch = Math.Max(1, model.Epoch - random.Next(2));
            var (timeToLive, now) = (s_timesToLive[random.Next(2)], DateTimeOffset.UtcNow);
            var (next, isAlike) = random.Next(3) switch
            {
                0 => await AcquireAsync(),
                1 => (model.Renew(owner, epoch, now, timeToLive), await table.RenewAsync("x", owner, epoch, timeToLive, default) == model.Renew(owner, epoch, now, timeToLive) is not null),
                _ => (model.Release(owner, epoch), await table.ReleaseAsync("x", owner, epoch, default) == model.Release(owner, epoch) is not null),
            };
            Assert.True(isAlike, $"Step {step}: {owner} at epoch {epoch} on {model}");
            model = next ?? model;
            if (model == LeaseRow.None) continue;
            var row = await store.RowAsync("x");
            Assert.Equal((model.Owner, model.Epoch), (row.Owner, row.Epoch));
            Assert.Equal(model.ExpiresAt > now, row.ExpiresAt > now.AddHours(1));

            async Task<(LeaseRow?, bool)> AcquireAsync()
            {
                var granted = model.Acquire(owner, now, timeToLive);
                return (granted, await table.AcquireAsync("x", owner, timeToLive, default) == granted?.Epoch);
            }
        }
    }

    [SkippableFact]
    public async Task Of_many_that_ask_at_once_one_gets_it()
    {
        await using var store = await LeaseStore.CreateAsync();
        var table = new LeaseTable(store.Source);

        var epochs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => table.AcquireAsync("x", $"owner {i}", TimeSpan.FromDays(1), default)));

        Assert.Equal(1, Assert.Single(epochs, epoch => epoch is not null));
    }
}
