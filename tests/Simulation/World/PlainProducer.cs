using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// An SDK without positions: one put at a time, the next after the answer. What it sends again after an unknown outcome may be
/// stored again, each send under its own tag, so that nothing can be stored more often than it was sent.
/// </summary>
internal sealed class PlainProducer(SimulatedWorld world, int id, int puts) : IClient
{
    private const int TimeoutMs = 900;
    private const int SendsMax = 4;

    private readonly Dictionary<int, SequenceNumber> _lastByKey = [];
    private ShardMap? _map;
    private Request? _outstanding;
    private long _sentAtMs;
    private int _put;
    private int _sends;
    private int _sendsOfPut;

    public int Id { get; } = id;
    public bool IsDone => _put >= puts;
    public bool WantsStep => !IsDone && (_outstanding is null || world.NowMs - _sentAtMs > TimeoutMs);

    public override string ToString() => $"plain {Id}";

    public void Step()
    {
        if (_outstanding is not null)
        {
            _outstanding = null;
            if (_sendsOfPut >= SendsMax && world.Chance(50)) Next();
            return;
        }
        _map ??= world.Reshaper.Map;
        if (_map is null) return;
        var key = KeyOf(_put);
        var count = 1 + _put % 3;
        _sends++;
        _sendsOfPut++;
        var tags = Enumerable.Range(0, count).Select(i => new Tag(Id, _put * 3 + i, _sends)).ToArray();
        var shard = _map.Of(key).Number;
        _outstanding = new Request(this, shard, new Append(world.KeyOf(shard), Records.Block(tags.Select(t => (t, key)))), tags);
        _sentAtMs = world.NowMs;
        world.Send(_outstanding);
    }

    public void Receive(Request request, IMessage reply)
    {
        if (!ReferenceEquals(request, _outstanding)) return;
        _outstanding = null;
        switch (reply)
        {
            case AppendReply.Appended appended:
                CheckOrder(new SequenceNumber(world.Stream.Incarnation, appended.Generation, request.Shard, appended.Row, appended.FirstIndex));
                Next();
                break;
            case AppendReply.Refused { Error: AppendError.Closed }:
                _map = null;
                break;
        }
    }

    private void Next()
    {
        _put++;
        _sendsOfPut = 0;
    }

    /// <summary>A put sent after another of the same key was answered gets a higher number, in whatever shard.</summary>
    private void CheckOrder(SequenceNumber number)
    {
        var key = KeyOf(_put);
        if (_lastByKey.TryGetValue(key, out var last) && last >= number)
            throw new Violation($"Put {_put} of {this} was answered {number}, the one of its key before it {last}.");
        _lastByKey[key] = number;
    }

    private int KeyOf(int put) => (put * 5 + Id) % Records.Keys;
}
