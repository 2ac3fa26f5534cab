using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ActorStreams.Benchmarks.Hosting;

/// <summary>A private PostgreSQL cluster on a free loopback port with default durability (fsync and synchronous_commit on), deleted at the end.
/// As root it runs as the account <c>postgres</c>, since the server refuses root.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private readonly string _binaries;
    private readonly string _folder;

    private PostgresCluster(string binaries, string folder, int port)
    {
        (_binaries, _folder) = (binaries, folder);
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
    }

    public string ConnectionString { get; }

    /// <summary>The server's first process; all others are its children.</summary>
    public int ProcessId { get; private set; }

    public static async Task<PostgresCluster> StartAsync(string folder)
    {
        var cluster = new PostgresCluster(FindBinaries(), folder, Listening.FreePort());
        Directory.CreateDirectory(folder);
        if (IsRoot)
            await RunAsync("chown", "postgres", folder);
        await cluster.RunBinaryAsync("initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        var port = new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Port;
        await cluster.RunBinaryAsync("pg_ctl", "-D", folder, "-w", "-l", $"{folder}/server.log",
            "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200", "start");
        var pidFile = await File.ReadAllLinesAsync(Path.Combine(folder, "postmaster.pid"));
        cluster.ProcessId = int.Parse(pidFile[0], CultureInfo.InvariantCulture);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await RunBinaryAsync("pg_ctl", "-D", _folder, "-w", "-m", "fast", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string FindBinaries()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).OrderDescending()
            : Enumerable.Empty<string>();
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(onPath).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            ?? throw new FileNotFoundException("--postgres auto needs PostgreSQL's initdb and pg_ctl (Debian: apt-get install postgresql).");
    }

    private Task RunBinaryAsync(string binary, params string[] arguments)
    {
        var path = Path.Combine(_binaries, binary);
        return IsRoot ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server inherits these descriptors: pipes of ours would stay open as long as it runs, so its output goes to no pipe.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null </dev/null", program, .. arguments]);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}.");
    }
}
