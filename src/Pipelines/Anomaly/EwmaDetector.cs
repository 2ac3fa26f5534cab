using System.Buffers.Binary;
using System.Collections.Immutable;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Decoding;

namespace ActorStreams.Pipelines.Anomaly;

/// <summary>
/// <see cref="Ewma"/> for each key. The number of keys is bounded; which one is forgotten follows from the samples alone, so a replay
/// forgets the same ones.
/// </summary>
public sealed class EwmaDetector(EwmaOptions options) : IDetector
{
    /// <summary>Layout of a key's state: f64 mean, f64 variance, i64 count, little-endian.</summary>
    public const string Kind = "ewma/1";

    private const int StateBytes = 24;

    private sealed class Entry(string key)
    {
        public string Key { get; } = key;
        public UInt128 HashKey { get; set; }
        public EwmaState State { get; set; }
    }

    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);

    // Least recently used first.
    private readonly LinkedList<Entry> _byUse = new();

    public int Keys => _byKey.Count;

    public Alert? Observe(in Sample sample)
    {
        var node = Touch(sample.Key);
        node.Value.HashKey = sample.HashKey;
        (node.Value.State, var verdict) = Ewma.Step(node.Value.State, sample.Value, options);
        return verdict.IsAnomaly
            ? new Alert(sample.Time, sample.Key, sample.Value, verdict.Mean, verdict.Deviation, verdict.Score, sample.SequenceNumber,
                sample.SubSequenceNumber)
            : null;
    }

    public OperatorState Capture()
    {
        var keys = ImmutableArray.CreateBuilder<KeyState>(_byKey.Count);
        foreach (var entry in _byUse)
        {
            var bytes = new byte[StateBytes];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, entry.State.Mean);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8), entry.State.Variance);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), entry.State.Count);
            keys.Add(new KeyState(entry.Key, entry.HashKey, bytes));
        }
        return new OperatorState(Kind, keys.MoveToImmutable());
    }

    public void Restore(OperatorState state)
    {
        if (state.Kind != Kind && !state.Keys.IsEmpty)
            throw new FormatException($"The kept state is of the detector '{state.Kind}'; this one is '{Kind}'.");
        _byKey.Clear();
        _byUse.Clear();
        foreach (var kept in state.Keys)
        {
            var bytes = kept.State.Span;
            if (bytes.Length != StateBytes)
                throw new FormatException($"The state of the key '{kept.Key}' has {bytes.Length} bytes; {StateBytes} are right.");
            var entry = Touch(kept.Key).Value;
            entry.HashKey = kept.HashKey;
            entry.State = new EwmaState(
                BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                BinaryPrimitives.ReadDoubleLittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        }
    }

    private LinkedListNode<Entry> Touch(string key)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
        }
        else
        {
            if (_byKey.Count >= options.KeysMax)
            {
                _byKey.Remove(_byUse.First!.Value.Key);
                _byUse.RemoveFirst();
            }
            node = new LinkedListNode<Entry>(new Entry(key));
            _byKey.Add(key, node);
        }
        _byUse.AddLast(node);
        return node;
    }
}
