using System.Buffers.Binary;
using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// An exactly-once writer over all its lives: its outputs are fixed, each life begins with a higher epoch and does everything
/// again from the start. Former lives may go on beside it until they are shut out.
/// </summary>
internal sealed class IdempotentProducer
{
    private readonly SimulatedWorld _world;
    private readonly IReadOnlyList<int>[] _ordinalsByKey;
    private long _epoch;

    public IdempotentProducer(SimulatedWorld world, int number, int outputs)
    {
        _world = world;
        Number = number;
        Outputs = outputs;
        _ordinalsByKey = [.. Enumerable.Range(0, Records.Keys).Select(key => (IReadOnlyList<int>)[.. Enumerable.Range(1, outputs).Where(o => KeyOf(o) == key)])];
        Start();
    }

    public int Number { get; }
    public string Name => $"producer-{Number}";

    /// <summary>Ordinals go from 1 to this; an ordinal is the position too.</summary>
    public int Outputs { get; }

    /// <summary>The newest life last.</summary>
    public List<ProducerLife> Lives { get; } = [];

    public bool IsDone
    {
        get
        {
            for (var ordinal = 1; ordinal <= Outputs; ordinal++)
            {
                if (_world.Ledger.Find(new Tag(Number, ordinal, 0)) is null) return false;
            }
            return true;
        }
    }

    /// <summary>Keys repeat without a simple period, so that batches end anywhere.</summary>
    public int KeyOf(int ordinal) => (int)(new SplitMix64((ulong)(Number * 10_000 + ordinal)).Next() % Records.Keys);

    public IReadOnlyList<int> OrdinalsOf(int key) => _ordinalsByKey[key];

    public void Start() => Lives.Add(new ProducerLife(_world, this, ++_epoch));

    public static ProducerPosition PositionOf(int ordinal)
    {
        if (ordinal == 0) return ProducerPosition.None;
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, ordinal);
        return new ProducerPosition(bytes);
    }

    public static int OrdinalOf(ProducerPosition position) => position == ProducerPosition.None ? 0 : BinaryPrimitives.ReadInt32BigEndian(position.Bytes.Span);
}
