using Npgsql;

namespace ActorStreams.Clustering.Members;

/// <summary>
/// The members of a cluster as they report themselves to the store, every <see cref="ReportInterval"/> by the server's clock. Whoever
/// looks for the cluster finds them here, and nobody forms another one while one of them is alive. Faults surface as <c>DbException</c> or
/// <c>TimeoutException</c>.
/// </summary>
public sealed class MemberTable(NpgsqlDataSource source, string cluster)
{
    public static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Age up to which a member counts as alive: four reports may be lost. A cluster that died as a whole is formed anew after this, so longer
    /// means a longer outage; shorter, and a store that stumbles makes members look dead.
    /// </summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(10);

    private const string KnownSql = """
        SELECT address, uid, machine, formation, extract(epoch FROM clock_timestamp() - seen_at)::float8 FROM actorstreams_member
        WHERE cluster = $1 ORDER BY formation DESC, address
        """;

    private const string UpsertSql = """
        INSERT INTO actorstreams_member (cluster, address, uid, formation, roles, machine, seen_at) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        ON CONFLICT (cluster, address) DO UPDATE
        SET uid = excluded.uid, formation = excluded.formation, roles = excluded.roles, machine = excluded.machine, seen_at = excluded.seen_at
        """;

    // The row of the formation is the lock: whoever comes second waits for the first to commit, and then sees its member.
    private const string NextFormationSql = """
        INSERT INTO actorstreams_formation (cluster, number) VALUES ($1, 1)
        ON CONFLICT (cluster) DO UPDATE SET number = actorstreams_formation.number + 1 RETURNING number
        """;

    private const string NewestFormationSql = "SELECT coalesce((SELECT number FROM actorstreams_formation WHERE cluster = $1), 0)";

    private const string OthersSql =
        "SELECT DISTINCT cluster FROM actorstreams_member WHERE cluster <> $1 AND seen_at > clock_timestamp() - $2 ORDER BY cluster";

    // Rows that nobody refreshed for a day say nothing to anyone.
    private const string ForgetSql = """
        DELETE FROM actorstreams_member WHERE cluster = $1 AND ((address = $2 AND uid = $3) OR seen_at < clock_timestamp() - interval '1 day')
        """;

    /// <summary>The members that reported themselves lately, those of the newest formation first.</summary>
    public async Task<IReadOnlyList<MemberRow>> AliveAsync(CancellationToken cancel) =>
        [.. (await KnownAsync(cancel).ConfigureAwait(false)).Where(member => member.SeenAgo <= AliveFor)];

    /// <summary>The same, and those that did not leave and have not been heard of for longer.</summary>
    public async Task<IReadOnlyList<MemberRow>> KnownAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(KnownSql);
        Add(command, cluster);
        return await ReadAsync(command, cancel).ConfigureAwait(false);
    }

    /// <summary>Names of other clusters over the same store that have members alive: most likely one of the names is a mistake.</summary>
    public async Task<IReadOnlyList<string>> OtherClustersAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(OthersSql);
        Add(command, cluster, AliveFor);
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var names = new List<string>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false)) names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>Reports a member; the number of the newest formation, which is another than its own where its cluster was superseded.</summary>
    public async Task<long> ReportAsync(MemberId member, long formation, string roles, CancellationToken cancel)
    {
        await using var batch = source.CreateBatch();
        var upsert = new NpgsqlBatchCommand(UpsertSql);
        foreach (var value in (object[])[cluster, member.Address, member.Uid, formation, roles, Machine.Id]) upsert.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(upsert);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(NewestFormationSql) { Parameters = { new() { Value = cluster } } });
        await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        return reader.GetInt64(0);
    }

    /// <summary>
    /// Gives a member the right to form the cluster by joining itself, and reports it, in one transaction; the number of the formation. Null where
    /// another member is alive.
    /// </summary>
    /// <param name="isDead">Members that look alive and are known not to be.</param>
    public async Task<long?> TryFormAsync(MemberId member, string roles, Func<MemberRow, bool> isDead, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await using var next = new NpgsqlCommand(NextFormationSql, connection, transaction);
        Add(next, cluster);
        var number = (long)(await next.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
        await using var known = new NpgsqlCommand(KnownSql, connection, transaction);
        Add(known, cluster);
        var others = await ReadAsync(known, cancel).ConfigureAwait(false);
        if (others.Any(other => other.Id.Address != member.Address && other.SeenAgo <= AliveFor && !isDead(other)))
        {
            await transaction.RollbackAsync(cancel).ConfigureAwait(false);
            return null;
        }

        await using var report = new NpgsqlCommand(UpsertSql, connection, transaction);
        Add(report, cluster, member.Address, member.Uid, number, roles, Machine.Id);
        await report.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        return number;
    }

    /// <summary>Takes a member off the list that has left, unless its address has a later life already.</summary>
    public async Task ForgetAsync(MemberId member, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(ForgetSql);
        Add(command, cluster, member.Address, member.Uid);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private static void Add(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
    }

    private static async Task<List<MemberRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var rows = new List<MemberRow>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            rows.Add(new MemberRow(
                new MemberId(reader.GetString(0), reader.GetInt64(1)), reader.GetString(2), reader.GetInt64(3), TimeSpan.FromSeconds(reader.GetDouble(4))));
        }

        return rows;
    }
}
