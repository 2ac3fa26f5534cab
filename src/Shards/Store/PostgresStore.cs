using Npgsql;

namespace ActorStreams.Shards.Store;

internal sealed class PostgresStore : IStoreBackend
{
    private const string KeepSql = "INSERT INTO actorstreams_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    private const string ReadSql = "SELECT value FROM actorstreams_secret WHERE name = $1";

    private const string SizeSql = "SELECT (pg_total_relation_size('journal') + pg_total_relation_size('snapshot'))::bigint";

    private readonly NpgsqlDataSource _source;
    private readonly string _where;

    public PostgresStore(StoreOptions options)
    {
        _where = PostgresConnections.Describe(options.ConnectionString!);
        var connection = new NpgsqlConnectionStringBuilder(PostgresConnections.Complete(options.ConnectionString!))
        {
            MaxPoolSize = options.ReadersMax,
        };
        _source = NpgsqlDataSource.Create(connection);
        Journal = new PostgresJournalReader(_source);
    }

    public IJournalReader Journal { get; }

    public Task OpenAsync(CancellationToken ct) => new PostgresProbe(_source, _where).RunAsync(ct);

    public async Task<byte[]> KeepSecretAsync(string name, byte[] candidate, CancellationToken ct)
    {
        await using var keep = _source.CreateCommand(KeepSql);
        keep.Parameters.Add(new() { Value = name });
        keep.Parameters.Add(new() { Value = candidate });
        await keep.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        // A statement of its own: the insert waits for a rival's commit, and only a later snapshot sees what that one kept.
        await using var read = _source.CreateCommand(ReadSql);
        read.Parameters.Add(new() { Value = name });
        return (byte[])(await read.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    public async Task ProveAsync(CancellationToken ct)
    {
        await using var command = _source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
    }

    public Task<long> GiveBackSpaceAsync(long bytesMax, CancellationToken ct) => Task.FromResult(0L);

    public async Task<long> SizeBytesAsync(CancellationToken ct)
    {
        await using var command = _source.CreateCommand(SizeSql);
        return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
