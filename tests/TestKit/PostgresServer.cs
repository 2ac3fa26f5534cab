using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ActorStreams.TestKit;

/// <summary>
/// A private PostgreSQL cluster in a temporary folder on a free loopback port, with fsync on and passwords checked; gone after
/// <see cref="DisposeAsync"/> or within a second or two of the test process, however that ends.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "tester";
    public const string Password = "tester-password";
    private const int StandardPort = 5432;

    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(() => StartAsync());
    private static readonly Lazy<string?> Binaries = new(FindBinaries);

    private readonly string _folder;
    private readonly ProcessPlace _place;
    private readonly Process _watchdog;
    private int _databases;

    private PostgresServer(string folder, ProcessPlace place, int port)
    {
        _folder = folder;
        _place = place;
        Port = port;
        // A test host may be killed before its exit handlers are through, so a shell outside of it clears up.
        _watchdog = Process.Start(new ProcessStartInfo("sh", ["-c", $"""
            trap '' INT TERM HUP
            while kill -0 {Environment.ProcessId}; do sleep 1; done
            kill -QUIT $(head -1 {Data}/postmaster.pid)
            sleep 1
            rm -rf {folder}
            """])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Folder with initdb and pg_ctl, from PATH or Debian's place; null when there is none.</summary>
    public static string? BinariesFolder => Binaries.Value;

    /// <summary>Path of one of PostgreSQL's client programs, such as pg_dump.</summary>
    public static string ClientProgram(string name)
    {
        // What PATH has may be a link to the server's programs alone.
        var server = Path.Combine(BinariesFolder ?? throw new InvalidOperationException("Call Requires.Postgres() first."), "initdb");
        var folder = Path.GetDirectoryName(File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? server)!;
        return Path.Combine(folder, name);
    }

    public int Port { get; }

    public bool IsRunning => File.Exists(Path.Combine(Data, "postmaster.pid"));

    private string Data => Path.Combine(_folder, "data");

    /// <summary>One server for all tests of this process, started by the first that asks; never stop it.</summary>
    public static Task<PostgresServer> SharedAsync() => SharedServer.Value;

    /// <summary>A server of the test's own, for stopping and starting. Call <see cref="Requires.Postgres"/> before.</summary>
    /// <param name="place">Where it runs and listens; null for the loopback. Elsewhere it takes the standard port and lets everybody in who knows the password.</param>
    public static async Task<PostgresServer> StartAsync(ProcessPlace? place = null)
    {
        var folder = Directory.CreateTempSubdirectory("actorstreams-pg-").FullName;
        var server = new PostgresServer(folder, place ?? ProcessPlace.Loopback, place is null ? FreePort() : StandardPort);
        try
        {
            var passwordFile = Path.Combine(folder, "password");
            await File.WriteAllTextAsync(passwordFile, Password);
            // initdb and the server refuse to run as root, so the folder goes to the user they run as.
            if (Environment.UserName == "root")
                await RunAsync("chown", "-R", "postgres", folder);
            await server.AsServerUserAsync("initdb", "-D", server.Data, "-U", User, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--no-sync");
            if (place is not null) await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n");
            await server.ResumeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fresh, empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public string ConnectionString(string database) =>
        $"Host={_place.Address};Port={Port};Database={database};Username={User};Password={Password}";

    /// <summary>Ends the server as a crash would: connections break, nothing is flushed.</summary>
    public Task CrashAsync() => AsServerUserAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>Starts the stopped server on the same port and data.</summary>
    public Task ResumeAsync() => AsServerUserAsync(
        "pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-t", "30",
        "-o", $"-p {Port} -c listen_addresses={_place.Address} -c unix_socket_directories= -c fsync=on -c max_connections=300", "start");

    /// <summary>Ends every connection to the database as an administrator does: transactions in flight are gone.</summary>
    public async Task ResetConnectionsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", connection);
        command.Parameters.Add(new() { Value = database });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await CrashAsync();
        _watchdog.Kill();
        _watchdog.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AsServerUserAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(BinariesFolder ?? throw new InvalidOperationException("Call Requires.Postgres() first."), program);
        string[] command = Environment.UserName == "root"
            ? [.. _place.Launcher, "runuser", "-u", "postgres", "--", path, .. arguments]
            : [.. _place.Launcher, path, .. arguments];
        return RunAsync(command[0], command[1..]);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // pg_ctl sends the server's output to its log, so these pipes close when pg_ctl ends.
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output.ConfigureAwait(false)} {await error.ConfigureAwait(false)}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? FindBinaries()
    {
        if (OperatingSystem.IsWindows())
            return null;
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var v) ? v : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(versions)
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")));
    }
}
