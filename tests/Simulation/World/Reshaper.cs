using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// The stream's process of split and merge: parents are closed, their answers kept durably, children opened, the map published.
/// Its steps are durable, so a crash only loses what is under way, and it asks again.
/// </summary>
internal sealed class Reshaper(SimulatedWorld world, int id) : IClient
{
    private const int RetryAfterMs = 400;

    private readonly Dictionary<int, CloseReply.Closed> _closed = [];
    private readonly HashSet<int> _opened = [];
    private ImmutableArray<MappedShard> _parents = [];
    private ImmutableArray<MappedShard> _children = [];
    private long _askedAtMs = -RetryAfterMs;
    private int _nextShard;

    public int Id { get; } = id;
    public ShardMap? Map { get; private set; }
    public bool IsIdle => _children.IsEmpty;
    public bool WantsStep => !IsIdle && world.NowMs - _askedAtMs >= RetryAfterMs;

    public override string ToString() => "stream";

    public void Create(int shards)
    {
        _children = [.. HashKeyRange.Tile(shards).Select(range => new MappedShard(_nextShard++, range, 1))];
    }

    public void BeginSplit(MappedShard parent, UInt128 at)
    {
        var (lower, upper) = parent.Range.SplitAt(at);
        Begin([parent], [lower, upper]);
    }

    public void BeginMerge(MappedShard lower, MappedShard upper) => Begin([lower, upper], [lower.Range.Merge(upper.Range)]);

    /// <summary>Asks anew for everything that is not answered yet.</summary>
    public void Step()
    {
        _askedAtMs = world.NowMs;
        ImmutableArray<int> names = [.. _children.Select(c => c.Number)];
        foreach (var parent in _parents.Where(p => !_closed.ContainsKey(p.Number)))
            world.Send(new Request(this, parent.Number, new Close(world.KeyOf(parent.Number), names), []));
        if (_closed.Count < _parents.Length && world.Mutation != Mutation.ChildrenOpenBeforeParentsClose) return;
        foreach (var child in _children.Where(c => !_opened.Contains(c.Number)))
        {
            world.Send(new Request(this, child.Number, new Open(
                world.KeyOf(child.Number), child.Range, child.Generation, [.. _parents.Select(p => p.Number)], ArrivalFloorMs(), Inherited()), []));
        }
    }

    public void Crash() => _askedAtMs = -RetryAfterMs;

    public void Receive(Request request, IMessage reply)
    {
        switch (reply)
        {
            case CloseReply.Closed closed when _parents.Any(p => p.Number == closed.Shard.Shard):
                _closed[closed.Shard.Shard] = closed;
                if (_closed.Count == _parents.Length) _askedAtMs = -RetryAfterMs;
                break;
            case OpenReply.Opened opened when _children.Any(c => c.Number == opened.Shard.Shard):
                _opened.Add(opened.Shard.Shard);
                if (_opened.Count == _children.Length && _closed.Count == _parents.Length) Publish();
                break;
            // A late repeat of an Open may meet a child that is closed already; what is asked for now is never refused.
            case OpenReply.Refused when _children.Any(c => c.Number == request.Shard):
            case CloseReply.Refused { Error: not AppendError.NotOpened } when _parents.Any(p => p.Number == request.Shard):
                throw new Violation($"The stream asked {request} of shard {request.Shard} and was answered {reply}.");
        }
    }

    private void Begin(ImmutableArray<MappedShard> parents, IEnumerable<HashKeyRange> ranges)
    {
        var generation = world.Mutation == Mutation.ChildrenStartAtGenerationZero ? 0 : parents.Max(p => p.Generation) + 1;
        _parents = parents;
        _children = [.. ranges.Select(range => new MappedShard(_nextShard++, range, generation))];
        world.Log($"stream begins {string.Join("+", parents.Select(p => p.Number))} -> {string.Join("+", _children.Select(c => c.Number))}");
    }

    private long ArrivalFloorMs() => _closed.Count == 0 || world.Mutation == Mutation.ChildrenIgnoreArrivalFloor ? 0 : _closed.Values.Max(c => c.LastArrivalMs);

    private ImmutableArray<ProducerEntry> Inherited() => world.Mutation switch
    {
        Mutation.ChildrenDoNotInheritProducers => [],
        Mutation.MergeInheritsFromOneParent when _parents.Length == 2 => _closed[_parents[0].Number].Producers,
        _ => [.. _parents.Where(p => _closed.ContainsKey(p.Number)).SelectMany(p => _closed[p.Number].Producers)],
    };

    private void Publish()
    {
        var staying = Map is null ? [] : Map.Shards.Where(s => !_parents.Any(p => p.Number == s.Number));
        Map = new ShardMap([.. staying, .. _children]);
        world.Log($"stream publishes {string.Join(", ", Map.Shards.Select(s => s.Number))}");
        (_parents, _children) = ([], []);
        _closed.Clear();
        _opened.Clear();
    }
}
