using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Remote;
using Npgsql;

namespace ActorStreams.Clustering.Leases;

/// <summary>
/// What the leases of an actor system need and HOCON can't say: Akka makes a <see cref="SqlLease"/> by the name of its class.
/// </summary>
/// <param name="source">Connections that do not wait behind others; must outlive the actor system.</param>
public sealed class SqlLeaseSetup(NpgsqlDataSource source, TimeProvider time) : Setup
{
    public NpgsqlDataSource Source { get; } = source;
    public TimeProvider Time { get; } = time;
}

/// <summary>The leases of one actor system.</summary>
internal sealed class SqlLeases : IExtension
{
    private SqlLeases(ExtendedActorSystem system, SqlLeaseSetup setup)
    {
        Table = new LeaseTable(setup.Source);
        Time = setup.Time;
        Incarnation = AddressUidExtension.Uid(system);
    }

    public LeaseTable Table { get; }

    public TimeProvider Time { get; }

    /// <summary>The number by which the cluster knows this life of the process: a restarted process must not take its former self's lease for its own.</summary>
    public int Incarnation { get; }

    /// <exception cref="InvalidOperationException">The actor system was started without a <see cref="SqlLeaseSetup"/>.</exception>
    public static SqlLeases Get(ActorSystem system) => system.WithExtension<SqlLeases, Provider>();

    public sealed class Provider : ExtensionIdProvider<SqlLeases>
    {
        public override SqlLeases CreateExtension(ExtendedActorSystem system) =>
            system.Settings.Setup.Get<SqlLeaseSetup>() is { HasValue: true } setup
                ? new SqlLeases(system, setup.Value)
                : throw new InvalidOperationException($"Leases over the store need a {nameof(SqlLeaseSetup)} in the setup of actor system '{system.Name}'.");
    }
}
