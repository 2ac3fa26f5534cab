using System.Collections.Immutable;
using System.Globalization;
using ActorStreams.Agent.Files;
using Microsoft.Data.Sqlite;

namespace ActorStreams.Agent.Checkpoints;

/// <summary>Thrown where the checkpoints cannot be used; the message says why.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The checkpoints of an agent in a SQLite file that it alone has open. What is written is on the disk when the call returns. With the file is kept
/// its name, drawn at random when it is made: producers are called by it, so that an agent without its checkpoints is another one to the service and
/// can't have its records taken for repeats.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS agent_store(name TEXT NOT NULL, epoch INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS agent_flow(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS agent_lane(flow INTEGER NOT NULL, lane INTEGER NOT NULL, ordinal INTEGER NOT NULL, PRIMARY KEY (flow, lane));
        CREATE TABLE IF NOT EXISTS agent_file(id INTEGER PRIMARY KEY AUTOINCREMENT, flow INTEGER NOT NULL, path TEXT NOT NULL, device INTEGER, inode INTEGER,
            head_length INTEGER NOT NULL, head_hash TEXT NOT NULL, tail_offset INTEGER NOT NULL, tail_length INTEGER NOT NULL, tail_hash TEXT NOT NULL,
            offset INTEGER NOT NULL, cuts TEXT NOT NULL, state INTEGER NOT NULL, lane INTEGER, ordinal INTEGER, seen INTEGER NOT NULL, length INTEGER NOT NULL);
        """;

    /// <summary>Ids are the order of logs; between two of them is room for what is found later and is older.</summary>
    private const long IdGap = 1 << 20;

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    private CheckpointStore(SqliteConnection connection) => _connection = connection;

    /// <summary>Of this file of checkpoints, 16 hex digits.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Higher than that of every start before, and durable.</summary>
    public long Epoch { get; private set; }

    public static CheckpointStore Open(string path, TimeProvider clock)
    {
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
            connection.Open();
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var store = new CheckpointStore(connection);
            // Exclusive: two agents with one file would be one producer with two sources.
            store.Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            store.Begin(clock);
            return store;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or CheckpointException)
        {
            connection?.Dispose();
            var why = (e.InnerException ?? e) is SqliteException { SqliteErrorCode: 5 } ? "another agent has it open" : e.Message;
            throw new CheckpointException($"The checkpoints in {path} cannot be used: {why}.", e);
        }
    }

    /// <summary>The number of a flow, what is known of its files in order, and the next ordinal of each of its lanes.</summary>
    public FlowCheckpoints Flow(string name)
    {
        lock (_gate)
        {
            using var find = Command("SELECT id FROM agent_flow WHERE name = $name", ("$name", name));
            if (find.ExecuteScalar() is not long id) return new FlowCheckpoints(null, [], ImmutableDictionary<int, long>.Empty);
            using var lanes = Command("SELECT lane, ordinal FROM agent_lane WHERE flow = $flow", ("$flow", id));
            using var laneRows = lanes.ExecuteReader();
            var ordinals = ImmutableDictionary.CreateBuilder<int, long>();
            while (laneRows.Read()) ordinals[laneRows.GetInt32(0)] = laneRows.GetInt64(1);
            using var files = Command("SELECT * FROM agent_file WHERE flow = $flow ORDER BY id", ("$flow", id));
            using var rows = files.ExecuteReader();
            var checkpoints = new List<FileCheckpoint>();
            while (rows.Read()) checkpoints.Add(Read(rows));
            return new FlowCheckpoints(id, checkpoints, ordinals.ToImmutable());
        }
    }

    /// <summary>Begins a flow with the files that it finds; nothing of it is there before all of it is. Their ids are those of the answer, in order.</summary>
    public (long Flow, IReadOnlyList<long> Files) Create(string name, IReadOnlyList<FileCheckpoint> files) => Write(() =>
    {
        using var flow = Command("INSERT INTO agent_flow(name) VALUES ($name) RETURNING id", ("$name", name));
        var id = (long)flow.ExecuteScalar()!;
        return (id, (IReadOnlyList<long>)[.. files.Select(f => Insert(id, f))]);
    });

    /// <summary>The id that it got: the highest so far, or one below <paramref name="before"/> and above those that are below it, while there is room.</summary>
    public long Add(long flow, FileCheckpoint file, long? before) => Write(() => Insert(flow, file, before is { } id ? Between(id) : null));

    /// <param name="lane">Where a log comes to a lane: that lane goes on from its ordinal.</param>
    public void Save(long flow, IReadOnlyList<FileCheckpoint> files, LanePosition? lane = null) => Write(() =>
    {
        foreach (var file in files)
        {
            using var update = Command(
                """
                UPDATE agent_file SET path = $path, device = $device, inode = $inode, head_length = $headLength, head_hash = $headHash, tail_offset = $tailOffset,
                    tail_length = $tailLength, tail_hash = $tailHash, offset = $offset, cuts = $cuts, state = $state, lane = $lane, ordinal = $ordinal, seen = $seen, length = $length
                WHERE id = $id
                """,
                [("$id", file.Id), .. Values(file)]);
            if (update.ExecuteNonQuery() != 1) throw new InvalidOperationException($"The checkpoint {file.Id} of {file.Path} is gone.");
        }
        if (lane is { } taken)
        {
            using var upsert = Command(
                "INSERT INTO agent_lane(flow, lane, ordinal) VALUES ($flow, $lane, $ordinal) ON CONFLICT(flow, lane) DO UPDATE SET ordinal = excluded.ordinal",
                ("$flow", flow), ("$lane", taken.Lane), ("$ordinal", taken.Ordinal));
            upsert.ExecuteNonQuery();
        }
        return true;
    });

    public void Forget(IReadOnlyList<long> files) => Write(() =>
    {
        foreach (var id in files)
        {
            using var delete = Command("DELETE FROM agent_file WHERE id = $id", ("$id", id));
            delete.ExecuteNonQuery();
        }
        return true;
    });

    public void Dispose() => _connection.Dispose();

    private void Begin(TimeProvider clock) => Write(() =>
    {
        Execute(Tables);
        using var find = Command("SELECT name, epoch FROM agent_store");
        using (var row = find.ExecuteReader())
        {
            if (row.Read()) (Name, Epoch) = (row.GetString(0), row.GetInt64(1));
        }
        // Above the clock too: of two agents over copies of one file the service then refuses one, instead of taking the one's records for the other's.
        Epoch = Math.Max(Epoch + 1, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var isNew = Name.Length == 0;
        if (isNew) Name = Guid.NewGuid().ToString("N")[..16];
        using var save = Command(isNew ? "INSERT INTO agent_store(name, epoch) VALUES ($name, $epoch)" : "UPDATE agent_store SET epoch = $epoch", ("$name", Name), ("$epoch", Epoch));
        save.ExecuteNonQuery();
        return true;
    });

    private T Write<T>(Func<T> work)
    {
        lock (_gate)
        {
            Execute("BEGIN IMMEDIATE");
            try
            {
                var result = work();
                Execute("COMMIT");
                return result;
            }
            catch (Exception e)
            {
                // A failed COMMIT has rolled back by itself.
                TryRollback();
                if (e is SqliteException) throw new CheckpointException($"The checkpoints cannot be written: {e.Message}", e);
                throw;
            }
        }
    }

    private void TryRollback()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is nothing to roll back any more; the first error is the one to tell.
        }
    }

    private long? Between(long before)
    {
        using var find = Command("SELECT coalesce(max(id), 0) FROM agent_file WHERE id < $before", ("$before", before));
        var below = (long)find.ExecuteScalar()!;
        return before - below > 1 ? below + ((before - below) / 2) : null;
    }

    private long Insert(long flow, FileCheckpoint file, long? id = null)
    {
        using var insert = Command(
            """
            INSERT INTO agent_file(id, flow, path, device, inode, head_length, head_hash, tail_offset, tail_length, tail_hash, offset, cuts, state, lane, ordinal, seen, length)
            VALUES (coalesce($id, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'agent_file') + $gap), $flow, $path, $device, $inode, $headLength, $headHash, $tailOffset, $tailLength, $tailHash, $offset, $cuts, $state, $lane, $ordinal, $seen, $length)
            RETURNING id
            """,
            [("$id", id), ("$gap", IdGap), ("$flow", flow), .. Values(file)]);
        return (long)insert.ExecuteScalar()!;
    }

    private static (string, object?)[] Values(FileCheckpoint file) =>
    [
        ("$path", file.Path), ("$device", (long?)file.Identity?.Device), ("$inode", (long?)file.Identity?.Inode),
        ("$headLength", file.Head.Length), ("$headHash", file.Head.Hash), ("$tailOffset", file.Tail.Offset), ("$tailLength", file.Tail.Length),
        ("$tailHash", file.Tail.Hash), ("$offset", file.Offset), ("$cuts", string.Join(',', file.Cuts)), ("$state", (int)file.State),
        ("$lane", file.Lane?.Lane), ("$ordinal", file.Lane?.Ordinal), ("$seen", file.SeenMs), ("$length", file.Length),
    ];

    private static FileCheckpoint Read(SqliteDataReader row)
    {
        return new FileCheckpoint(
            Long("id"), Text("path"), IsNull("inode") ? null : new FileIdentity((ulong)Long("device"), (ulong)Long("inode")),
            new Fingerprint(0, (int)Long("head_length"), Text("head_hash")), new Fingerprint(Long("tail_offset"), (int)Long("tail_length"), Text("tail_hash")),
            Long("offset"), [.. Text("cuts").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => long.Parse(c, CultureInfo.InvariantCulture))],
            (FileState)Long("state"), IsNull("lane") ? null : new LanePosition((int)Long("lane"), Long("ordinal")), Long("seen"), Long("length"));

        long Long(string column) => row.GetInt64(row.GetOrdinal(column));
        string Text(string column) => row.GetString(row.GetOrdinal(column));
        bool IsNull(string column) => row.IsDBNull(row.GetOrdinal(column));
    }

    private SqliteCommand Command(string sql, params (string Name, object? Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }
}

/// <param name="Flow">Null for a flow that is not known yet.</param>
/// <param name="Lanes">The ordinal that each lane has come to.</param>
internal sealed record FlowCheckpoints(long? Flow, IReadOnlyList<FileCheckpoint> Files, ImmutableDictionary<int, long> Lanes);
