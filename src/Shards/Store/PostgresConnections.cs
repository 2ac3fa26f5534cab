using Npgsql;

namespace ActorStreams.Shards.Store;

/// <summary>Connections to the PostgreSQL store, with what every one of them must have.</summary>
public static class PostgresConnections
{
    private const int TimeoutSeconds = 3;

    /// <summary>
    /// Adds what the store relies on and the operator did not set. A stopped or vanished node must not hold a row's lock for ever, so the
    /// server ends its transaction when it sits idle for 2 s; and a lost server must be noticed within the 5 s of the circuit breaker.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The connection string is malformed.</exception>
    public static string Complete(string connectionString)
    {
        var builder = Parse(connectionString);
        if (!builder.ContainsKey("Timeout"))
            builder.Timeout = TimeoutSeconds;
        if (!builder.ContainsKey("Command Timeout"))
            builder.CommandTimeout = TimeoutSeconds;
        if (!builder.ContainsKey("Application Name"))
            builder.ApplicationName = "actorstreams";
        // What the operator gave comes last and so wins, but for durability, which is not theirs to switch off.
        builder.Options = $"-c idle_in_transaction_session_timeout=2000 {builder.Options} -c synchronous_commit=on".Replace("  ", " ", StringComparison.Ordinal);
        return builder.ConnectionString;
    }

    /// <summary>A small pool of its own, for what must not wait behind reads of records: membership, leases, the look at the store's health.</summary>
    /// <exception cref="StoreUnavailableException">The connection string is malformed.</exception>
    public static NpgsqlDataSource Control(StoreOptions options, int connectionsMax = 4) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Complete(options.ConnectionString!)) { MaxPoolSize = connectionsMax });

    /// <summary>Host, port, database and user for messages: never the password.</summary>
    public static string Describe(string connectionString)
    {
        var builder = Parse(connectionString);
        return $"{builder.Host}:{builder.Port}, database '{builder.Database ?? builder.Username}', user '{builder.Username}'";
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrWhiteSpace(builder.Host)
                ? throw new StoreUnavailableException($"The PostgreSQL connection string names no host. {Example}")
                : builder;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The parser's message can quote the string, password included: the exception is left out on purpose.
            throw new StoreUnavailableException($"The PostgreSQL connection string cannot be understood. {Example}");
        }
    }

    private const string Example = "Allowed is Npgsql's form, for example 'Host=db;Database=streams;Username=streams;Password=...'.";
}
