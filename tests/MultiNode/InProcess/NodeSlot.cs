using System.Globalization;
using ActorStreams.Shards.Store;
using Akka.Actor;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>A node over all its lives: one address for others and one for clients. Its supervisor, too: a life that ends by itself is followed by the next.</summary>
internal sealed class NodeSlot(
    int number, int port, int gatewayPort, string connectionString, MemoryLog log, Func<NodeSlot, Task> started)
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_restartPause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _lock = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private int _lives;
    private int _restarts;
    private bool _isWanted;

    public int Number => number;

    public Uri Endpoint { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{gatewayPort}/"));

    public Address Address { get; } = new("akka.tcp", "actorstreams", "127.0.0.1", port);

    public NodeLife? Life { get; private set; }

    /// <summary>Lives that followed one which ended by itself.</summary>
    public int Restarts => _restarts;

    /// <summary>Does nothing where it runs already. Answers when it serves clients, or when that can't be.</summary>
    public async Task StartAsync()
    {
        _isWanted = true;
        await _lock.WaitAsync();
        try
        {
            if (Life is null && !_end.IsCancellationRequested) await StartLifeAsync();
        }
        finally
        {
            _lock.Release();
        }
    }

    public Task KillAsync() => EndLifeAsync(life => life.KillAsync());

    public Task LeaveAsync() => EndLifeAsync(life => life.LeaveAsync());

    /// <summary>For good.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await KillAsync();
    }

    private async Task EndLifeAsync(Func<NodeLife, Task> end)
    {
        _isWanted = false;
        // A life that is just starting is ended too, and its start fails.
        if (Life is { } running) await end(running);
        await _lock.WaitAsync();
        try
        {
            if (Life is { } life) await end(life);
            Life = null;
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task StartLifeAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node-{number}.{++_lives}");
        // Connections of one life are its own, and do not stay for long once it ended.
        var store = new StoreOptions
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
            {
                ApplicationName = name,
                MaxPoolSize = 12,
                ConnectionIdleLifetime = 5,
                ConnectionPruningInterval = 2,
            }.ConnectionString,
            ReadersMax = 4,
        };
        var life = NodeLife.Create(port, log.Of(name), store);
        Life = life;
        await started(this);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(s_startTimeout);
        try
        {
            await life.StartAsync(gatewayPort, store, limit.Token);
            log.Add($"{name} serves");
        }
        catch (Exception e)
        {
            // As an executable that can't start: its supervisor tries again.
            log.Add($"{name} does not start: {e.GetType().Name} {e.Message}");
            await life.KillAsync();
        }

        _ = SuperviseAsync(life);
    }

    /// <summary>Starts the next life when this one has ended and nobody wanted that.</summary>
    private async Task SuperviseAsync(NodeLife life)
    {
        await life.System.WhenTerminated;
        await _lock.WaitAsync();
        try
        {
            if (!_isWanted || Life != life || _end.IsCancellationRequested) return;
            log.Add($"node-{number} ended by itself");
            _restarts++;
            await life.CloseAsync();
            Life = null;
            await Task.Delay(s_restartPause);
            if (_isWanted && !_end.IsCancellationRequested) await StartLifeAsync();
        }
        finally
        {
            _lock.Release();
        }
    }
}
