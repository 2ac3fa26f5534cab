using System.Diagnostics;
using ActorStreams.Clustering.Leases;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.Clustering.Tests.Leases;

public class SqlLeaseSpecs
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task Of_two_owners_one_gets_it_until_it_is_given_back()
    {
        await using var store = await LeaseStore.CreateAsync();
        var (first, second) = (store.Lease("a:1"), store.Lease("b:1"));

        Assert.True(await first.Acquire());
        Assert.False(await second.Acquire());
        Assert.True(first.CheckLease());
        Assert.False(second.CheckLease());

        Assert.True(await first.Release());
        Assert.False(first.CheckLease());
        Assert.True(await second.Acquire());
        Assert.Equal(2, second.Epoch);
    }

    [SkippableFact]
    public async Task It_is_renewed_for_longer_than_its_time_to_live()
    {
        await using var store = await LeaseStore.CreateAsync();
        var (first, second) = (store.Lease("a:1"), store.Lease("b:1"));
        var lost = new List<Exception>();
        Assert.True(await first.Acquire(lost.Add));
        var granted = await store.RowAsync();

        await UntilAsync(async () => (await store.RowAsync()).ExpiresAt > granted.ExpiresAt + LeaseStore.Terms.TimeToLive);

        Assert.True(first.CheckLease());
        Assert.False(await second.Acquire());
        Assert.Equal(granted.Epoch, first.Epoch);
        Assert.Empty(lost);
    }

    [SkippableFact]
    public async Task What_its_owner_does_not_renew_is_free_when_the_databases_clock_says_so()
    {
        await using var store = await LeaseStore.CreateAsync();
        await store.ExecuteAsync("INSERT INTO actorstreams_lease VALUES ('singleton', 'dead:1#7', 5, clock_timestamp() + interval '1 hour')");
        // Of whichever day its own clock thinks it is.
        var time = new ProcessTime();
        time.WallClockMoved(TimeSpan.FromDays(2));
        var lease = store.Lease("a:1", time);

        Assert.False(await lease.Acquire());
        await store.ExecuteAsync("UPDATE actorstreams_lease SET expires_at = clock_timestamp()");
        Assert.True(await lease.Acquire());

        Assert.Equal(6, lease.Epoch);
        Assert.True(lease.CheckLease());
    }

    [SkippableFact]
    public async Task A_clock_that_is_wrong_neither_loses_nor_keeps_it()
    {
        await using var store = await LeaseStore.CreateAsync();
        var time = new ProcessTime();
        var (wrong, right) = (store.Lease("a:1", time), store.Lease("b:1"));
        var lost = new List<Exception>();
        Assert.True(await wrong.Acquire(lost.Add));

        time.WallClockMoved(TimeSpan.FromDays(-1));
        var before = await store.RowAsync();
        await UntilAsync(async () => (await store.RowAsync()).ExpiresAt > before.ExpiresAt);

        Assert.True(wrong.CheckLease());
        Assert.False(await right.Acquire());
        Assert.Empty(lost);
    }

    [SkippableFact]
    public async Task An_owner_whose_machine_was_suspended_asks_before_it_believes_again()
    {
        await using var store = await LeaseStore.CreateAsync();
        var time = new ProcessTime();
        var lease = store.Lease("a:1", time);
        var lost = new List<Exception>();
        Assert.True(await lease.Acquire(lost.Add));

        time.WallClockMoved(TimeSpan.FromHours(1));

        Assert.False(lease.CheckLease());
        await UntilAsync(() => Task.FromResult(lease.CheckLease()));
        Assert.Empty(lost);
    }

    [SkippableFact]
    public async Task A_stopped_owner_that_wakes_does_not_believe_to_hold_it_and_says_so_once()
    {
        await using var store = await LeaseStore.CreateAsync();
        var time = new ProcessTime();
        var (stopped, other) = (store.Lease("a:1", time), store.Lease("b:1"));
        var lost = new Count();
        Assert.True(await stopped.Acquire(lost.Add));

        // The other one takes over meanwhile, as it may.
        time.WasStopped(LeaseStore.Terms.TimeToLive);
        Assert.False(stopped.CheckLease());
        await UntilAsync(() => Task.FromResult(lost.Value > 0));
        await store.ExecuteAsync("UPDATE actorstreams_lease SET expires_at = clock_timestamp()");
        Assert.True(await other.Acquire());

        Assert.False(await stopped.Acquire(lost.Add));
        Assert.True(await stopped.Release());
        Assert.True(other.CheckLease());
        Assert.Equal(2, (await store.RowAsync()).Epoch);
        Assert.Equal(1, lost.Value);
    }

    [SkippableFact]
    public async Task An_owner_is_told_once_that_another_took_it()
    {
        await using var store = await LeaseStore.CreateAsync();
        var lease = store.Lease("a:1");
        var lost = new Count();
        Assert.True(await lease.Acquire(lost.Add));

        await store.ExecuteAsync("UPDATE actorstreams_lease SET owner = 'thief:1#1', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'");
        await UntilAsync(() => Task.FromResult(lost.Value > 0));

        Assert.False(lease.CheckLease());
        Assert.False(await lease.Acquire(lost.Add));
        Assert.Equal(1, lost.Value);
    }

    [SkippableFact]
    public async Task A_restarted_process_does_not_take_the_lease_of_its_former_self_for_its_own()
    {
        await using var store = await LeaseStore.CreateAsync();
        var (before, after) = (store.Lease("a:1"), store.Lease("a:1"));

        Assert.True(await before.Acquire());

        Assert.False(await after.Acquire());
    }

    [SkippableFact]
    public async Task An_actor_system_that_ends_gives_back_what_it_held()
    {
        await using var store = await LeaseStore.CreateAsync();
        var system = store.StartProcess();
        Assert.True(await Akka.Coordination.LeaseProvider.Get(system).GetLease("singleton", SqlLease.ConfigPath, "a:1").Acquire());

        await system.Terminate();

        await UntilAsync(async () => (await store.RowAsync()).Owner is null);
    }

    [SkippableFact]
    public async Task A_database_that_does_not_answer_counts_as_not_granted_and_in_time_as_lost()
    {
        await using var store = await LeaseStore.CreateAsync();
        var (holder, other) = (store.Lease("a:1"), store.Lease("b:1"));
        var lost = new Count();
        Assert.True(await holder.Acquire(lost.Add));
        await using (var connection = await store.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE actorstreams_lease", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            var watch = Stopwatch.StartNew();
            Assert.False(await other.Acquire());
            // Twice its timeout is promised; a busy machine gets some more.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, LeaseStore.Terms.AskTimeout * 2 + TimeSpan.FromSeconds(2));
            await UntilAsync(() => Task.FromResult(lost.Value > 0));
            Assert.False(holder.CheckLease());
        }

        await UntilAsync(() => other.Acquire());
        Assert.Equal(1, lost.Value);
    }

    [SkippableFact]
    public async Task It_works_again_when_the_database_comes_back()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.StartAsync();
        await using var store = await LeaseStore.CreateAsync(server);
        var lease = store.Lease("a:1");
        var lost = new Count();
        Assert.True(await lease.Acquire(lost.Add));

        await server.CrashAsync();
        await UntilAsync(() => Task.FromResult(lost.Value > 0));
        Assert.False(lease.CheckLease());
        Assert.False(await lease.Acquire(lost.Add));
        Assert.False(await lease.Release());

        await server.ResumeAsync();
        await UntilAsync(() => lease.Acquire(lost.Add));
        Assert.True(lease.CheckLease());
        Assert.True(lease.Epoch > 1);
        Assert.Equal(1, lost.Value);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < s_patience, "It did not come about in time.");
            await Task.Delay(20);
        }
    }

    private sealed class Count
    {
        private int _value;

        public int Value => Volatile.Read(ref _value);

        public void Add(Exception reason) => Interlocked.Increment(ref _value);
    }
}
