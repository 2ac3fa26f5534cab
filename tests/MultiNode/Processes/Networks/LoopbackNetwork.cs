using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Networks;

/// <summary>Addresses of the loopback, on which Linux answers for all of 127.0.0.0/8. Links cannot be cut.</summary>
internal sealed class LoopbackNetwork : ClusterNetwork
{
    private readonly Dictionary<string, ProcessPlace> _places = new(StringComparer.Ordinal);
    private readonly Watchdog _watchdog = new("true");
    private readonly string _subnet;

    public LoopbackNetwork(IReadOnlyList<string> parties)
    {
        // Parallel runs use the same ports, each on addresses of its own.
        _subnet = $"127.{Random.Shared.Next(1, 250)}.{Random.Shared.Next(1, 250)}";
        for (var i = 0; i < parties.Count; i++) _places.Add(parties[i], new ProcessPlace($"{_subnet}.{10 + i}", []));
    }

    public override string Description => $"loopback addresses {_subnet}.0/24, no link can be cut";

    public override bool CanCut => false;

    public override ProcessPlace? DatabasePlace => null;

    protected override IEnumerable<string> Parties => _places.Keys;

    public override ProcessPlace Place(string party) => _places[party];

    public override void Watch(int processId) => _watchdog.Add(processId);

    public override Task SlowAsync(string party, IEnumerable<string> towards, int bytesPerSecond) => throw CannotCut();

    public override ValueTask DisposeAsync() => _watchdog.DisposeAsync();

    protected override Task DropPacketsAsync(string from, string to) => throw CannotCut();

    protected override Task PassPacketsAsync(string from, string to) => throw CannotCut();

    public override Task QuickenAsync(string party) => Task.CompletedTask;

    private static NotSupportedException CannotCut() => new("Links of the loopback cannot be cut or slowed.");
}
