using ActorStreams.Shards.Store;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace ActorStreams.TestKit;

public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>An empty store of either kind, opened once; its actor systems end and its folder goes with it.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly List<ActorSystem> _systems = [];
    private readonly string _folder;

    private TestStore(string folder, StoreOptions options, ShardStore store)
    {
        _folder = folder;
        Options = options;
        Store = store;
    }

    public StoreOptions Options { get; }

    public ShardStore Store { get; }

    /// <summary>Skips the test when the kind needs a PostgreSQL server that this machine has not.</summary>
    public static async Task<TestStore> CreateAsync(StoreKind kind, TimeProvider? time = null)
    {
        string? connectionString = null;
        if (kind == StoreKind.Postgres)
        {
            Requires.Postgres();
            connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        var folder = Directory.CreateTempSubdirectory("actorstreams-store-").FullName;
        var options = new StoreOptions { DataDirectory = folder, ConnectionString = connectionString };
        var store = await ShardStore.OpenAsync(options, time ?? TimeProvider.System, CancellationToken.None);
        return new TestStore(folder, options, store);
    }

    /// <summary>An actor system whose journal and snapshots are this store; <paramref name="hocon"/> wins over the store's settings.</summary>
    public ActorSystem StartSystem(string name = "store-test", string hocon = "", Setup? setup = null)
    {
        var (config, storeSetup) = StoreHosting.ForActorSystem(Options);
        var bootstrap = BootstrapSetup.Create().WithConfig(
            ConfigurationFactory.ParseString(hocon + "\nakka.loglevel = WARNING\nakka.coordinated-shutdown.exit-clr = off").WithFallback(config));
        var all = setup is null ? bootstrap.And(storeSetup) : bootstrap.And(storeSetup).And(setup);
        var system = ActorSystem.Create(name, all);
        _systems.Add(system);
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var system in _systems)
            await system.Terminate();
        await Store.DisposeAsync();
        // Pooled connections of the journal keep the file open, which forbids deleting it on Windows.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
