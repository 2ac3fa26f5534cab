using Npgsql;

namespace ActorStreams.Shards.Store;

/// <summary>Connections to the PostgreSQL store, with what every one of them must have.</summary>
public static class PostgresConnections
{
    private const int TimeoutSeconds = 3;

    /// <summary>How much longer than its client the server works on a statement. It is for a client that is gone and can't cancel any more.</summary>
    private const int StatementGraceSeconds = 3;

    /// <summary>
    /// What the server does for itself about a node that does not answer, so that it never keeps the next owner of a shard from writing. The
    /// unique key makes that one wait for the end of a transaction that wrote the same row, and a node that was stopped or cut off ends none.
    /// <list type="bullet">
    /// <item>Between two statements: 2 s in an open transaction end the session. A stopped process's kernel still answers for it, so nothing else would.</item>
    /// <item>Within a statement, which may itself wait for a lock or for the disk: it ends some seconds after its client has given it up.</item>
    /// <item>Within a message, or with the answer under way: of a machine that does not answer, the operating system reports the connection
    /// broken after 2 + 3 x 1 s, or 5 s after something sent was not acknowledged. On a local socket these do nothing.</item>
    /// <item>For a lock: 2.5 s, longer than the first and shorter than the client's own 3 s, so that who waits is told by an error and keeps its connection.</item>
    /// </list>
    /// </summary>
    private static string ServerSettings(int commandTimeoutSeconds) =>
        "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=2500 "
        + (commandTimeoutSeconds > 0 ? $"-c statement_timeout={(commandTimeoutSeconds + StatementGraceSeconds) * 1000L} " : "")
        + "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000";

    /// <summary>
    /// Adds what the store relies on and the operator did not set: that a node which is gone holds no row's lock for long, and that a lost
    /// server is noticed within the 5 s of the circuit breaker, in a pooled connection before it is used again.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The connection string is malformed.</exception>
    public static string Complete(string connectionString)
    {
        var builder = Parse(connectionString);
        if (!IsSet("Timeout"))
            builder.Timeout = TimeoutSeconds;
        if (!IsSet("Command Timeout"))
            builder.CommandTimeout = TimeoutSeconds;
        if (!IsSet("Application Name"))
            builder.ApplicationName = "actorstreams";
        // Statements are few and come again and again: the server plans each once for a connection. Zero where a pooler between does not allow it.
        if (!IsSet("Max Auto Prepare"))
            (builder.MaxAutoPrepare, builder.AutoPrepareMinUsages) = (32, 2);
        if (!IsSet("TCP Keepalive"))
            (builder.TcpKeepAlive, builder.TcpKeepAliveTime, builder.TcpKeepAliveInterval) = (true, 2, 1);
        // What the operator gave comes last and so wins, but for durability, which is not theirs to switch off.
        builder.Options = $"{ServerSettings(builder.CommandTimeout)} {builder.Options} -c synchronous_commit=on".Replace("  ", " ", StringComparison.Ordinal);
        return builder.ConnectionString;

        // ContainsKey says whether there is such a setting at all.
        bool IsSet(string keyword) => builder.ShouldSerialize(keyword);
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
