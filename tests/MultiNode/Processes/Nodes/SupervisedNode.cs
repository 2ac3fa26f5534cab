using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorStreams.MultiNode.Tests.Processes.Networks;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Nodes;

/// <summary>A process of a node that ended without being told to.</summary>
/// <param name="Life">Which start it was, from 1.</param>
/// <param name="At">By the machine's clock, UTC.</param>
/// <param name="LastWords">The last line that it wrote.</param>
internal sealed record NodeExit(string Node, int Life, int Code, DateTimeOffset At, string LastWords)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Node} (life {Life}) ended by itself with exit code {Code} at {At:HH:mm:ss.fff}: {LastWords}");
}

/// <summary>
/// A node and what supervises it, as systemd or Kubernetes would: a process that ends by itself is started again after
/// <see cref="RestartPause"/>, as often as it does.
/// </summary>
internal sealed class SupervisedNode : IAsyncDisposable
{
    public static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private const int KilledCode = 137;
    private static readonly TimeSpan s_anyTime = TimeSpan.FromDays(1);

    private readonly ClusterNetwork _network;
    private readonly string _folder;
    private readonly NodeProgram _program;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly Lock _changing = new();
    private readonly StringBuilder _formerLives = new();
    private NodeProcess? _process;
    private Task _supervising = Task.CompletedTask;
    private int _lives;
    private bool _isWanted;
    private ImmutableArray<NodeExit> _exits = [];

    public SupervisedNode(
        string name, ClusterNetwork network, NodeProgram program, string folder, NodePorts ports, IReadOnlyDictionary<string, string> settings)
    {
        (Name, _network, _program, _folder, _settings) = (name, network, program, folder, settings);
        var place = network.Place(name);
        Address = $"akka.tcp://actorstreams@{place.Address}:{ports.Cluster}";
        Endpoint = new Uri($"http://{place.Address}:{ports.Gateway}/");
        AdminEndpoint = new Uri($"http://{place.Address}:{ports.Admin}/");
    }

    public string Name { get; }

    /// <summary>By which other members know it.</summary>
    public string Address { get; }

    public Uri Endpoint { get; }

    public Uri AdminEndpoint { get; }

    /// <summary>Whether it is meant to run; false between <see cref="KillAsync"/> and <see cref="Start"/>.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_changing) return _isWanted;
        }
    }

    public ImmutableArray<NodeExit> Exits
    {
        get
        {
            lock (_changing) return _exits;
        }
    }

    /// <summary>What all of its processes wrote.</summary>
    public string Log
    {
        get
        {
            lock (_changing) return _formerLives + _process?.Output;
        }
    }

    public void Start()
    {
        lock (_changing)
        {
            if (_isWanted) return;
            _isWanted = true;
            Launch();
        }
    }

    /// <summary>kill -9, and no restart until it is asked for.</summary>
    public async Task KillAsync()
    {
        if (Unwant() is { } process) await process.KillAsync();
        await _supervising;
    }

    /// <summary>SIGTERM, so that it drains and leaves, and kill -9 where it has not ended in time, as supervisors do. No restart until it is asked for.</summary>
    /// <returns>The exit code; 137 where it had to be killed.</returns>
    public async Task<int> LeaveAsync(TimeSpan grace)
    {
        if (Unwant() is not { HasExited: false } process) return 0;
        process.Terminate();
        try
        {
            return await process.ExitAsync(grace);
        }
        catch (TimeoutException)
        {
            await process.KillAsync();
            return KilledCode;
        }
        finally
        {
            await _supervising;
        }
    }

    /// <summary>SIGSTOP.</summary>
    public void Pause()
    {
        lock (_changing) _process?.Pause();
    }

    public void Resume()
    {
        lock (_changing) _process?.Resume();
    }

    public async Task ReadyAsync(TimeSpan patience)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await AdminPage.IsReadyAsync(AdminEndpoint))
        {
            if (TimeProvider.System.GetElapsedTime(start) > patience)
                throw new TimeoutException($"{Name} was not ready within {patience.TotalSeconds} s: {await AdminPage.WhyNotReadyAsync(AdminEndpoint)}. Its log:\n{Log}");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_process is not null) await _process.DisposeAsync();
    }

    private NodeProcess? Unwant()
    {
        lock (_changing)
        {
            _isWanted = false;
            return _process;
        }
    }

    private void Launch()
    {
        if (_process is not null) _formerLives.AppendLine(_process.Output);
        _lives++;
        _formerLives.AppendLine(CultureInfo.InvariantCulture, $"==== {Name}, life {_lives}, started at {TimeProvider.System.GetUtcNow():HH:mm:ss.fff} ====");
        _process = NodeProcess.StartAt(_network.Place(Name), _program, _folder, _settings);
        _network.Watch(_process.Id);
        _supervising = SuperviseAsync(_process, _lives);
    }

    private async Task SuperviseAsync(NodeProcess process, int life)
    {
        var code = await process.ExitAsync(s_anyTime);
        lock (_changing)
        {
            if (!_isWanted) return;
            var lastWords = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(l => !l.StartsWith("   ", StringComparison.Ordinal));
            _exits = _exits.Add(new NodeExit(Name, life, code, TimeProvider.System.GetUtcNow(), lastWords ?? "no word"));
        }

        await Task.Delay(RestartPause);
        lock (_changing)
        {
            if (_isWanted) Launch();
        }
    }
}

internal sealed record NodePorts(int Gateway, int Admin, int Cluster);
