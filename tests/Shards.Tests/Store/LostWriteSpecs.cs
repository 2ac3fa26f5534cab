using System.Diagnostics;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using Microsoft.Data.Sqlite;
using static ActorStreams.Shards.Tests.Store.EventWriter;

namespace ActorStreams.Shards.Tests.Store;

public class LostWriteSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly RawEvent Event = new("B1", [1, 2, 3]);

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Of_two_incarnations_the_second_to_write_a_row_loses_and_knows_it(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var first = store.StartSystem("first", RawEventSerializer.Hocon).ActorOf(Props("contested"));
        var second = store.StartSystem("second", RawEventSerializer.Hocon).ActorOf(Props("contested"));
        Assert.Equal(0, await first.Ask<long>(new AskHighest(), Patience));
        Assert.Equal(0, await second.Ask<long>(new AskHighest(), Patience));

        Assert.Equal(1, (await first.Ask<Wrote>(Event, Patience)).Row);
        var lost = await second.Ask<Failed>(Event, Patience);

        Assert.True(StoreFaults.IsLostWrite(lost.Cause), lost.Cause.ToString());
        Assert.Equal(2, (await first.Ask<Wrote>(Event, Patience)).Row);
        Assert.Equal(2, await store.Store.Journal.HighestRowAsync("contested", CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_lost_server_fails_writes_otherwise_and_writes_work_within_5_s_of_its_return()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.StartAsync();
        var options = new StoreOptions { ConnectionString = await server.CreateDatabaseAsync() };
        await using var store = await ShardStore.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        var (config, setup) = StoreHosting.ForActorSystem(options);
        using var system = ActorSystem.Create(
            "lost-server",
            Akka.Actor.Setup.ActorSystemSetup.Create(setup, BootstrapSetup.Create().WithConfig(
                Akka.Configuration.ConfigurationFactory.ParseString(RawEventSerializer.Hocon + "\nakka.loglevel = OFF").WithFallback(config))));
        await system.ActorOf(Props("p")).Ask<Wrote>(Event, Patience);

        await server.CrashAsync();
        var writers = Enumerable.Range(0, 20).Select(i => system.ActorOf(Props($"q{i}")).Ask<object>(Event, TimeSpan.FromSeconds(2))).ToArray();
        await Task.WhenAll(writers.Select(w => w.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.DoesNotContain(writers, w => w.IsCompletedSuccessfully && (w.Result is Wrote || (w.Result is Failed f && StoreFaults.IsLostWrite(f.Cause))));

        await server.ResumeAsync();
        var watch = Stopwatch.StartNew();
        await EventuallyWritesAsync(system);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Only_a_broken_unique_key_is_a_lost_write_however_deep_it_lies()
    {
        static SqliteException Sqlite(int code, int extended) => new("x", code, extended);

        Assert.True(StoreFaults.IsLostWrite(Sqlite(19, 2067)));
        Assert.True(StoreFaults.IsLostWrite(Sqlite(19, 1555)));
        Assert.True(StoreFaults.IsLostWrite(Sqlite(19, 19)));
        Assert.True(StoreFaults.IsLostWrite(new AggregateException(new IOException(), new InvalidOperationException("x", Sqlite(19, 2067)))));
        Assert.True(StoreFaults.IsLostWrite(new Npgsql.PostgresException("x", "ERROR", "ERROR", "23505")));

        Assert.False(StoreFaults.IsLostWrite(Sqlite(19, 1299)));
        Assert.False(StoreFaults.IsLostWrite(Sqlite(5, 5)));
        Assert.False(StoreFaults.IsLostWrite(Sqlite(13, 13)));
        Assert.False(StoreFaults.IsLostWrite(new Npgsql.PostgresException("x", "ERROR", "ERROR", "25P03")));
        Assert.False(StoreFaults.IsLostWrite(new TimeoutException()));
        Assert.False(StoreFaults.IsLostWrite(new Akka.Pattern.OpenCircuitException("open", Sqlite(19, 2067), TimeSpan.Zero)));
        Assert.False(StoreFaults.IsLostWrite(null));
    }

    // Each try is a new actor, as a restarted shard would be: a persist failure has stopped the last.
    private static async Task EventuallyWritesAsync(ActorSystem system)
    {
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < Patience)
        {
            var answer = await system.ActorOf(Props($"again-{limit.ElapsedTicks}")).Ask<object>(Event, TimeSpan.FromSeconds(1))
                .ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : null, TaskScheduler.Default);
            if (answer is Wrote)
                return;
        }

        Assert.Fail($"no write succeeded within {Patience.TotalSeconds} s of the store's return");
    }
}
