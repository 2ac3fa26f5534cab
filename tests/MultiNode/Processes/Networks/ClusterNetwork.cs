using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Networks;

/// <summary>
/// Where the processes of a cluster live: each at an address of its own, under a name. What cannot be cut on the machine at hand says so by
/// <see cref="CanCut"/>. Everything is gone after <see cref="DisposeAsync"/>, or within two seconds of this process, however that ends.
/// </summary>
internal abstract class ClusterNetwork : IAsyncDisposable
{
    /// <summary>The name under which the database is a party of the network.</summary>
    public const string Database = "database";

    // How many faults drop it: two that overlap may both cut one link, and the end of one is not the end of the other.
    private readonly Dictionary<(string From, string To), int> _dropped = [];

    public abstract string Description { get; }

    /// <summary>Whether links can be cut and slowed. Where not, processes can only be killed, stopped and restarted.</summary>
    public abstract bool CanCut { get; }

    /// <summary>Null for the machine's loopback, where the server takes a free port.</summary>
    public abstract ProcessPlace? DatabasePlace { get; }

    /// <summary>The network of this machine: namespaces where root is to be had, else loopback addresses.</summary>
    /// <param name="parties">Names of the nodes; short, in lower case.</param>
    public static async Task<ClusterNetwork> CreateAsync(IReadOnlyList<string> parties) =>
        NamespaceNetwork.Missing is null ? await NamespaceNetwork.SetUpAsync([.. parties, Database]) : new LoopbackNetwork(parties);

    protected abstract IEnumerable<string> Parties { get; }

    public abstract ProcessPlace Place(string party);

    /// <summary>The process is to be ended when this one ends.</summary>
    public abstract void Watch(int processId);

    /// <summary>From now on nothing of <paramref name="from"/> arrives at <paramref name="to"/>; the other way is as it was. Nobody is told: packets vanish.</summary>
    public async Task DropAsync(string from, string to)
    {
        _dropped[(from, to)] = _dropped.GetValueOrDefault((from, to)) + 1;
        if (_dropped[(from, to)] == 1) await DropPacketsAsync(from, to);
    }

    /// <summary>Undoes one <see cref="DropAsync"/>; nothing where there was none.</summary>
    public async Task PassAsync(string from, string to)
    {
        if (!_dropped.TryGetValue((from, to), out var faults)) return;
        if (faults > 1)
        {
            _dropped[(from, to)] = faults - 1;
            return;
        }

        _dropped.Remove((from, to));
        await PassPacketsAsync(from, to);
    }

    /// <summary>Drops both ways.</summary>
    public async Task CutAsync(string one, string other)
    {
        await DropAsync(one, other);
        await DropAsync(other, one);
    }

    public async Task JoinAsync(string one, string other)
    {
        await PassAsync(one, other);
        await PassAsync(other, one);
    }

    /// <summary>All links are whole and quick again.</summary>
    public async Task HealAsync()
    {
        foreach (var (from, to) in _dropped.Keys) await PassPacketsAsync(from, to);
        _dropped.Clear();
        foreach (var party in Parties) await QuickenAsync(party);
    }

    /// <summary>Shapes what a party sends to others, all of it together, to this rate.</summary>
    public abstract Task SlowAsync(string party, IEnumerable<string> towards, int bytesPerSecond);

    /// <summary>Undoes <see cref="SlowAsync"/>; nothing where it was not done.</summary>
    public abstract Task QuickenAsync(string party);

    public abstract ValueTask DisposeAsync();

    protected abstract Task DropPacketsAsync(string from, string to);

    protected abstract Task PassPacketsAsync(string from, string to);
}
