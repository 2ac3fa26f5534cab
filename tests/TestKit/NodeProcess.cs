using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorStreams.TestKit;

/// <summary>
/// The real executable in a process of its own, as a user starts it, on free ports of the loopback. Started again with the same
/// data folder it takes the same ports, so that clients go on.
/// </summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Stopwatch _sinceStart;

    private NodeProcess(Process process, ProcessPlace place, string dataDirectory, int port, int adminPort)
    {
        _process = process;
        Place = place;
        DataDirectory = dataDirectory;
        Port = port;
        AdminPort = adminPort;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        _sinceStart = Stopwatch.StartNew();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string DataDirectory { get; }

    public ProcessPlace Place { get; }

    public int Port { get; }

    public int AdminPort { get; }

    public Uri Endpoint => new($"http://{Place.Address}:{Port}/");

    public Uri AdminEndpoint => new($"http://{Place.Address}:{AdminPort}/");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and standard error so far, as they came.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts a node on the data folder.</summary>
    /// <param name="settings">Names below <c>ActorStreams</c>, such as <c>Gateway:AccountId</c>, given as environment variables.</param>
    public static NodeProcess Start(
        string dataDirectory, int? port = null, int? adminPort = null, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        var free = FreePorts.Take(2);
        var (chosen, admin) = (port ?? free[0], adminPort ?? free[1]);
        string[] all = ["--data", dataDirectory, "--port", $"{chosen}", "--admin-port", $"{admin}", .. arguments];
        return new NodeProcess(Prepare(dataDirectory, all, settings), ProcessPlace.Loopback, dataDirectory, chosen, admin);
    }

    /// <summary>Starts a member of a cluster at a place of its own, with nothing but settings.</summary>
    public static NodeProcess StartAt(ProcessPlace place, NodeProgram program, string workingDirectory, IReadOnlyDictionary<string, string> settings) => new(
        Prepare(workingDirectory, [], settings, place: place, program: program), place, workingDirectory, PortOf(settings, "Gateway:Port"), PortOf(settings, "Management:Port"));

    /// <summary>Starts the executable with these arguments and nothing else, for other commands than running a node.</summary>
    public static NodeProcess Command(string workingDirectory, IReadOnlyDictionary<string, string>? settings, params string[] arguments) =>
        new(Prepare(workingDirectory, arguments, settings), ProcessPlace.Loopback, workingDirectory, 0, 0);

    /// <summary>The same with environment variables given by their full names.</summary>
    public static NodeProcess Command(
        string workingDirectory, IReadOnlyDictionary<string, string>? settings, IDictionary<string, string?> environment, params string[] arguments) =>
        new(Prepare(workingDirectory, arguments, settings, environment), ProcessPlace.Loopback, workingDirectory, 0, 0);

    /// <summary>The same command line again, after this process has ended.</summary>
    public NodeProcess Restart() => new(
        Prepare(DataDirectory, _process.StartInfo.ArgumentList.Skip(1), null, _process.StartInfo.Environment), Place, DataDirectory, Port, AdminPort);

    /// <summary>Waits until <c>/ready</c> answers 200; the time that took since the process was started.</summary>
    public async Task<TimeSpan> ReadyAsync(TimeSpan? patience = null)
    {
        var limit = patience ?? TimeSpan.FromSeconds(30);
        while (_sinceStart.Elapsed < limit)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The node ended with exit code {_process.ExitCode} instead of becoming ready. Its output:\n{Output}");
            try
            {
                using var answer = await Probe.GetAsync(new Uri(AdminEndpoint, "ready"));
                if (answer.IsSuccessStatusCode) return _sinceStart.Elapsed;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"The node was not ready within {limit.TotalSeconds} s. Its output:\n{Output}");
    }

    /// <summary>Waits for the end of the process; its exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process had not ended after {patience.TotalSeconds} s. Its output:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>kill -9, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await ExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGSTOP: the process stands still where it is.</summary>
    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    /// <summary>Ctrl-C.</summary>
    public void Interrupt() => Signal(SigInt);

    public void Terminate() => Signal(SigTerm);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Signals are sent on Linux and macOS only.");
        // macOS numbers these two differently.
        if (OperatingSystem.IsMacOS()) signal = signal switch { SigStop => 17, SigCont => 19, _ => signal };
        if (!_process.HasExited) NativeKill(_process.Id, signal);
    }

    private static int PortOf(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out var port) ? int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static Process Prepare(
        string workingDirectory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? settings, IDictionary<string, string?>? environment = null,
        ProcessPlace? place = null, NodeProgram? program = null)
    {
        string[] command = [.. place?.Launcher ?? [], "dotnet", Executable(program ?? NodeProgram.Node)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Directory.CreateDirectory(workingDirectory).FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment["ActorStreams__" + name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new Process { StartInfo = start };
    }

    /// <summary>The program as built beside the tests that run now, in the same configuration.</summary>
    private static string Executable(NodeProgram program)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var path = Path.Combine(RepositoryRoot(), "src", program.Project, "bin", configuration, "net10.0", program.Assembly + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"The program is not built: there is no {path}. Build src/{program.Project} first.");
    }

    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ActorStreams.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ActorStreams.sln.");
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int NativeKill(int pid, int signal);
}
