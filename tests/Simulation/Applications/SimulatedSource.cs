using System.Collections.Immutable;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Simulation.Tests.Applications;

internal sealed class SourceShard(int number, ImmutableArray<int> parents)
{
    public int Number { get; } = number;
    public ImmutableArray<int> Parents { get; } = parents;
    public int Records { get; set; }
    public bool IsClosed { get; set; }

    /// <summary>Its retention time is over: it is in no description and can't be read.</summary>
    public bool IsGone { get; set; }
}

/// <summary>The stream that the applications read: records come, shards are split and merged and age out, and it may be made anew under its name.</summary>
internal sealed class SimulatedSource(ApplicationWorld world)
{
    private const int HistoryMax = 6;
    private readonly List<StreamDescription> _history = [];

    public Incarnation Life { get; private set; } = new(1_700_000_000_000);
    public List<SourceShard> Shards { get; private set; } = [new(0, []), new(1, [])];

    public IEnumerable<SourceShard> Open => Shards.Where(s => !s.IsClosed);

    public SourceShard? Find(ShardKey shard) => shard.Incarnation == Life && shard.Shard < Shards.Count ? Shards[shard.Shard] : null;

    public void Put() => world.Of([.. Open]).Records += 1 + world.Below(3);

    public void Reshard()
    {
        Remember();
        ImmutableArray<SourceShard> open = [.. Open];
        var first = world.Of(open);
        if (open.Length > 1 && world.Chance(50))
        {
            var second = open.First(s => s != first);
            first.IsClosed = second.IsClosed = true;
            Add(first.Number, second.Number);
        }
        else
        {
            first.IsClosed = true;
            Add(first.Number);
            Add(first.Number);
        }
    }

    public void AgeOut()
    {
        if (Shards.Find(s => s is { IsClosed: true, IsGone: false }) is not { } oldest) return;
        Remember();
        oldest.IsGone = true;
        world.Log($"shard {oldest.Number} ages out");
    }

    /// <summary>Deleted and created again: another stream, of which nothing was seen.</summary>
    public void Recreate()
    {
        _history.Clear();
        Life = new Incarnation(Life.Value + 1);
        Shards = [new(0, [])];
        world.Log($"the stream is made anew as {Life.Value}");
    }

    public StreamDescription Describe() => new(
        new StreamId("local", "source"), Life, StreamStatus.Active, DateTimeOffset.UnixEpoch, StreamConfiguration.Provisioned, [],
        [.. Shards.Where(s => !s.IsGone).Select(Describe)]);

    /// <summary>As an owner of the stream tells it that was replaced and does not know.</summary>
    public StreamDescription DescribeStale() => _history.Count == 0 ? Describe() : world.Of(_history);

    private ShardDescription Describe(SourceShard shard)
    {
        var key = new ShardKey("local", Life, shard.Number);
        return new ShardDescription(
            key, HashKeyRange.Whole, 0, shard.Parents, SequenceNumber.Starting(key, 0), shard.IsClosed ? SequenceNumber.Ending(key, 0, shard.Records + 2) : null);
    }

    private void Add(params ReadOnlySpan<int> parents)
    {
        Shards.Add(new SourceShard(Shards.Count, [.. parents]));
        world.Log($"shard {Shards.Count - 1} opens, of {string.Join(" and ", parents.ToArray())}");
    }

    private void Remember()
    {
        if (_history.Count == HistoryMax) _history.RemoveAt(0);
        _history.Add(Describe());
    }
}
