using System.Globalization;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using LinqToDB.Data;

namespace ActorStreams.Shards.Store;

/// <summary>
/// Points Akka.Persistence.Sql at the store. The tables are not created here: open a <see cref="ShardStore"/> first, which also proves
/// that the store can be used; without it the journal would retry in silence for half a minute.
/// </summary>
public static class StoreHosting
{
    public const string JournalId = "akka.persistence.journal.sql";
    public const string SnapshotStoreId = "akka.persistence.snapshot-store.sql";
    private const string QueryJournalId = "akka.persistence.query.journal.sql";

    public static AkkaConfigurationBuilder WithStore(this AkkaConfigurationBuilder builder, StoreOptions options)
    {
        var (config, setup) = ForActorSystem(options);
        return builder.AddHocon(config, HoconAddMode.Prepend).AddSetup(setup);
    }

    /// <summary>The same for an actor system without a host: <c>BootstrapSetup.Create().WithConfig(Config).And(Setup)</c>.</summary>
    public static (Config Config, Setup Setup) ForActorSystem(StoreOptions options)
    {
        var data = options.UsesPostgres
            ? new DataOptions().UseConnectionString(ProviderName.PostgreSQL15, PostgresConnections.Complete(options.ConnectionString!))
            : SqliteData(options);
        var setup = new MultiDataOptionsSetup();
        setup.AddDataOptions(JournalId, data);
        setup.AddDataOptions(SnapshotStoreId, data);
        setup.AddDataOptions(QueryJournalId, data);
        var config = ConfigurationFactory.ParseString(Hocon(options)).WithFallback(SqlPersistence.DefaultConfiguration);
        return (config, setup);
    }

    private static DataOptions SqliteData(StoreOptions options)
    {
        var cs = SqliteConnections.ConnectionString(options);
        return new DataOptions()
            .UseDataProvider(DataConnection.GetDataProvider(ProviderName.SQLiteMS, cs)!)
            .UseProvider(ProviderName.SQLiteMS)
            .UseConnectionFactory(_ => new YieldingSqliteConnection(cs));
    }

    // parallelism: one writer on SQLite, because a yielding connection with three gave a tenth of the speed and stalls of 150 ms.
    // auto-initialize: off, because it alters the journal's table on PostgreSQL at every start of every node, under an exclusive lock.
    // circuit breakers: Akka's default keeps refusing for 30 s after the store is back, and opens after ten failures. One lost write fails
    // its whole transaction, each event of it counted, so that would shut out every shard of the node for what one of them lost.
    // read-uncommitted on SQLite is only a deferred BEGIN; the default takes the write lock for each read.
    private static string Hocon(StoreOptions options)
    {
        var provider = options.UsesPostgres ? ProviderName.PostgreSQL15 : ProviderName.SQLiteMS;
        var isolation = options.UsesPostgres ? "unspecified" : "read-uncommitted";
        var breaker = "circuit-breaker { max-failures = 1000, call-timeout = 5s, reset-timeout = 1s }";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            akka.persistence.journal.plugin = "{{JournalId}}"
            akka.persistence.snapshot-store.plugin = "{{SnapshotStoreId}}"
            {{JournalId}} {
              provider-name = "{{provider}}"
              auto-initialize = false
              parallelism = {{(options.UsesPostgres ? 3 : 1)}}
              prefer-parameters-on-multirow-insert = true
              use-clone-connection = false
              delete-compatibility-mode = false
              buffer-size = {{options.JournalBufferEvents}}
              batch-size = {{options.JournalTransactionEventsMax}}
              replay-batch-size = {{options.ReplayRowsMax}}
              read-isolation-level = {{isolation}}
              recovery-event-timeout = 5s
              {{breaker}}
            }
            {{QueryJournalId}} {
              provider-name = "{{provider}}"
              write-plugin = "{{JournalId}}"
              use-clone-connection = false
              max-buffer-size = {{options.ReplayRowsMax}}
              replay-batch-size = {{options.ReplayRowsMax}}
              read-isolation-level = {{isolation}}
            }
            {{SnapshotStoreId}} {
              provider-name = "{{provider}}"
              auto-initialize = false
              use-clone-connection = false
              read-isolation-level = {{isolation}}
              {{breaker}}
            }
            """);
    }
}
