using ActorStreams.Clustering.Leases;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Coordination;
using Npgsql;

namespace ActorStreams.Clustering.Tests.Leases;

/// <summary>A store with leases in it, and processes that want them: actor systems without a cluster.</summary>
public sealed class LeaseStore : IAsyncDisposable
{
    /// <summary>
    /// Shorter than the shipped ones, and long enough for a busy machine: a lease is kept over three seconds without an answer, less the 0.3 of a renewal.
    /// </summary>
    public static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(1));

    private static readonly Config s_config = ConfigurationFactory.ParseString($$"""
        akka.loglevel = ERROR
        akka.stdout-loglevel = ERROR
        akka.coordinated-shutdown.exit-clr = off
        {{SqlLease.ConfigPath}} {
          lease-class = "{{typeof(SqlLease).FullName}}, {{typeof(SqlLease).Assembly.GetName().Name}}"
          heartbeat-timeout = {{Terms.TimeToLive.TotalMilliseconds}}ms
          heartbeat-interval = {{Terms.RenewEvery.TotalMilliseconds}}ms
          lease-operation-timeout = {{Terms.AskTimeout.TotalMilliseconds}}ms
        }
        """);

    private readonly List<ActorSystem> _systems = [];
    private readonly StoreOptions _options;
    private readonly ShardStore _store;

    private LeaseStore(StoreOptions options, ShardStore store)
    {
        _options = options;
        _store = store;
        Source = PostgresConnections.Control(options);
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<LeaseStore> CreateAsync(PostgresServer? server = null)
    {
        Requires.Postgres();
        var options = new StoreOptions { ConnectionString = await (server ?? await PostgresServer.SharedAsync()).CreateDatabaseAsync() };
        return new LeaseStore(options, await ShardStore.OpenAsync(options, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>A process of its own, even under a name that another has.</summary>
    public ActorSystem StartProcess(TimeProvider? time = null)
    {
        var system = ActorSystem.Create(
            "lease-spec", BootstrapSetup.Create().WithConfig(s_config).And(new SqlLeaseSetup(Source, time ?? TimeProvider.System)));
        _systems.Add(system);
        return system;
    }

    /// <summary>The lease as a process of its own wants it.</summary>
    public SqlLease Lease(string owner, TimeProvider? time = null, string name = "singleton") =>
        (SqlLease)LeaseProvider.Get(StartProcess(time)).GetLease(name, SqlLease.ConfigPath, owner);

    /// <summary>The row as it lies in the store.</summary>
    public async Task<(string? Owner, long Epoch, DateTimeOffset ExpiresAt)> RowAsync(string name = "singleton")
    {
        await using var command = Source.CreateCommand("SELECT owner, epoch, expires_at FROM actorstreams_lease WHERE name = $1");
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync(), $"There is no row of lease {name}.");
        return (await reader.IsDBNullAsync(0) ? null : reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2));
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var system in _systems) await system.Terminate();
        await _store.DisposeAsync();
        await Source.DisposeAsync();
    }
}
