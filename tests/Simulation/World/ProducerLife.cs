using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>One process of an idempotent producer: attaches to each shard of its map, learns what is done there, goes on behind it.</summary>
internal sealed class ProducerLife : IClient
{
    private const int TimeoutMs = 900;
    private const int RecordsMax = 4;

    private readonly SimulatedWorld _world;
    private readonly IdempotentProducer _producer;
    private readonly Dictionary<int, Progress> _progress = [];
    private ShardMap? _map;

    public ProducerLife(SimulatedWorld world, IdempotentProducer producer, long epoch)
    {
        _world = world;
        _producer = producer;
        Epoch = epoch;
        Id = world.NextClientId();
    }

    public int Id { get; }
    public long Epoch { get; }
    public bool IsShutOut { get; private set; }

    public override string ToString() => $"{_producer.Name}@{Epoch}";

    /// <summary>One thing that this process can do now; false when it waits for answers or is done.</summary>
    public bool Step()
    {
        if (IsShutOut) return false;
        _map ??= _world.Reshaper.Map;
        if (_map is null) return false;
        var first = _world.Below(_map.Shards.Length);
        for (var i = 0; i < _map.Shards.Length; i++)
        {
            if (Step(_map.Shards[(first + i) % _map.Shards.Length])) return true;
        }
        return false;
    }

    public void Receive(Request request, IMessage reply)
    {
        if (!_progress.TryGetValue(request.Shard, out var progress) || !ReferenceEquals(progress.Outstanding, request)) return;
        progress.Outstanding = null;
        switch (reply)
        {
            case AttachReply.Attached attached:
                progress.Entry = new ProducerEntry(_producer.Name, Epoch, attached.Positions);
                break;
            case AppendReply.Appended:
                var append = ((Append)request.Command).Producer!;
                progress.Entry = ProducerPositions.Advance(
                    progress.Entry!, progress.Shard.Range, new ProducerAdvance(_producer.Name, Epoch, append.Position));
                break;
            case AppendReply.Refused { Error: AppendError.OutcomeUnknown or AppendError.NotReady } when _world.Chance(50):
                break;
            case AppendReply.Refused { Error: var error }: Refused(progress, error); break;
            case AttachReply.Refused { Error: var error }: Refused(progress, error); break;
            default:
                progress.Entry = null;
                break;
        }
    }

    private void Refused(Progress progress, AppendError error)
    {
        progress.Entry = null;
        if (error == AppendError.StaleEpoch) IsShutOut = true;
        if (error == AppendError.Closed) _map = null;
    }

    private bool Step(MappedShard shard)
    {
        if (!_progress.TryGetValue(shard.Number, out var progress)) _progress.Add(shard.Number, progress = new Progress(shard));
        if (progress.Outstanding is not null)
        {
            if (_world.NowMs - progress.SentAtMs <= TimeoutMs) return false;
            progress.Outstanding = null;
            // Sent again as it was, or, after asking what is done, as something else.
            if (_world.Chance(50)) progress.Entry = null;
        }
        var request = progress.Entry is null
            ? new Request(this, shard.Number, new Attach(_world.KeyOf(shard.Number), _producer.Name, Epoch), [])
            : NextAppend(progress, progress.Entry);
        if (request is null) return false;
        progress.Outstanding = request;
        progress.SentAtMs = _world.NowMs;
        _world.Send(request);
        return true;
    }

    /// <summary>The next outputs for the shard, without those that a part of its range has already; null when all are done.</summary>
    private Request? NextAppend(Progress progress, ProducerEntry entry)
    {
        var predecessor = ProducerPositions.Frontier(entry, progress.Shard.Range);
        var size = 1 + _world.Below(RecordsMax);
        var tags = new List<Tag>();
        var ordinal = IdempotentProducer.OrdinalOf(predecessor);
        while (tags.Count < size && ordinal < _producer.Outputs)
        {
            if (IsWanted(entry, progress.Shard, ++ordinal)) tags.Add(new Tag(_producer.Number, ordinal, 0));
        }
        if (tags.Count == 0) return null;
        // Nothing of this shard lies between the last record and the next one, so the position may be any between them.
        while (ordinal < _producer.Outputs && _world.Chance(50) && !IsWanted(entry, progress.Shard, ordinal + 1)) ordinal++;
        var append = new Append(
            _world.KeyOf(progress.Shard.Number), Records.Block(tags.Select(t => (t, _producer.KeyOf(t.Ordinal)))),
            new ProducerAppend(_producer.Name, Epoch, predecessor, IdempotentProducer.PositionOf(ordinal)));
        return new Request(this, progress.Shard.Number, append, tags);
    }

    private bool IsWanted(ProducerEntry entry, MappedShard shard, int ordinal)
    {
        var hash = Records.HashOf(_producer.KeyOf(ordinal));
        if (!shard.Range.Contains(hash)) return false;
        if (_world.Mutation == Mutation.ProducerIgnoresPartsAlreadyDone) return true;
        return !entry.Positions.Any(p => p.Range.Contains(hash) && IdempotentProducer.OrdinalOf(p.Position) >= ordinal);
    }

    private sealed class Progress(MappedShard shard)
    {
        public MappedShard Shard { get; } = shard;

        /// <summary>Null until attached, and whenever what is done has become doubtful.</summary>
        public ProducerEntry? Entry { get; set; }
        public Request? Outstanding { get; set; }
        public long SentAtMs { get; set; }
    }
}
