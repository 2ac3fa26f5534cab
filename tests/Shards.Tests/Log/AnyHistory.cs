using System.Text;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Serialization;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Tests.Log;

/// <summary>A shard under random commands, each decided against the state before it; keeps its events and every state between them.</summary>
public sealed class AnyHistory
{
    private static readonly ShardKey s_key = new("eu-central-1", new Incarnation(0x0199_8877_6655), 7);
    private static readonly string[] s_producers = ["agent-1", "agent-2", "größe"];
    private readonly Random _random;
    private readonly List<ShardEvents.IShardEvent> _events = [];
    private readonly List<ShardState> _states = [ShardState.Unborn];
    private long _nowMs = 1_750_000_000_000;

    public AnyHistory(int seed, int commands)
    {
        _random = new Random(seed);
        for (var i = 0; i < commands; i++)
        {
            // The clock of the next owner may be behind.
            _nowMs += _random.Next(-50, 100);
            if (Next() is not { } e) continue;
            _events.Add(e);
            _states.Add(State.Apply(e, State.LastRow + 1));
        }
    }

    public IReadOnlyList<ShardEvents.IShardEvent> Events => _events;

    /// <summary>States[n] is the one after n events.</summary>
    public IReadOnlyList<ShardState> States => _states;

    private ShardState State => _states[^1];

    private ShardEvents.IShardEvent? Next() => _random.Next(40) switch
    {
        < 4 => State.Decide(Opening(), "node-a").Event,
        < 8 => State.Decide(new Attach(s_key, Producer(), _random.Next(1, 4))).Event,
        < 10 => State.Lifecycle == ShardLifecycle.Unborn ? null : new ShardEvents.Owned(State.OwnerEpoch + 1, "node-b"),
        < 13 => State.DecideTrim(_random.NextInt64(State.LastRow + 3)),
        < 14 => State.Decide(new Close(s_key, [8, 9])).Event,
        < 15 => _random.Next(4) != 0 || State.Lifecycle == ShardLifecycle.Unborn ? null : ShardEvents.Ended.Instance,
        < 17 => State.Decide(Encrypting(out var key), key).Event,
        _ => AppendDecision.Decide(State, [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Appending())], _nowMs).Batch is { } batch
            ? new ShardEvents.RecordsAppended(Sealed(batch))
            : null,
    };

    private Encrypt Encrypting(out EncryptionKeyRef? key)
    {
        key = _random.Next(3) switch { 0 => null, 1 => new EncryptionKeyRef("orders/2025", ""), _ => Samples.Keys.RefOf("orders/2026") };
        return new Encrypt(s_key, key?.Name);
    }

    private RecordBatch Sealed(RecordBatch batch)
    {
        if (State.Encryption is not { } with || Samples.Keys.CipherOf(with.Name, s_key.PersistenceId) is not { } cipher) return batch;
        using (cipher) return batch.Seal(cipher, new byte[ShardCipher.NonceBytes]);
    }

    private Open Opening() => new(s_key, HashKeyRange.Tile(4)[1], 2, [3, 4], _nowMs + _random.Next(100),
    [
        new ProducerEntry("agent-1", 1, [new RangePosition(HashKeyRange.Tile(8)[2], new ProducerPosition(new byte[] { 1 }))]),
        new ProducerEntry("agent-1", 1, [new RangePosition(HashKeyRange.Tile(8)[3], new ProducerPosition(new byte[] { 2 }))]),
    ]);

    private Append Appending()
    {
        var builder = new RecordBlockBuilder();
        for (var i = _random.Next(1, 4); i > 0; i--) builder.Add(Encoding.UTF8.GetBytes($"key-{_random.Next(10)}"), null, new byte[_random.Next(40)]);
        return new Append(s_key, builder.Build(), _random.Next(3) == 0 ? null : Producing());
    }

    private ProducerAppend Producing()
    {
        var producer = Producer();
        var entry = State.Producers.GetValueOrDefault(producer);
        var frontier = entry is null ? ProducerPosition.None : ProducerPositions.Frontier(entry, State.Range);
        var predecessor = _random.Next(6) == 0 ? new ProducerPosition(new byte[] { (byte)_random.Next(256) }) : frontier;
        var last = predecessor.Bytes.IsEmpty ? 0 : predecessor.Bytes.Span[0];
        return new ProducerAppend(
            producer, entry?.Epoch ?? 1, predecessor, new ProducerPosition(new byte[] { (byte)Math.Min(255, last + _random.Next(3)), (byte)_random.Next(256) }));
    }

    private string Producer() => s_producers[_random.Next(s_producers.Length)];
}
