using ActorStreams.Shards.Log;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// An SDK and its gateway: calls of several records, one at a time, each tried again until all of it is answered and now and then once
/// more, for an answer that was lost. Every record keeps its tag on all tries, so that one which is stored twice breaks the ledger's rule.
/// </summary>
internal sealed class Caller(SimulatedWorld world, int id, int calls) : IClient
{
    private const int TimeoutMs = 900;
    private const int TriesMax = 12;
    private const int EntriesMax = 5;

    private readonly List<Request> _outstanding = [];
    private readonly Dictionary<int, SequenceNumber> _numbers = [];
    private readonly HashSet<int> _told = [];
    private long _sentAtMs;
    private int _call;
    private int _tries;
    private bool _isTrying;
    private bool _askOpen;

    public int Id { get; } = id;
    public bool IsDone => _call >= calls;
    public bool WantsStep => !IsDone && (_outstanding.Count == 0 || world.NowMs - _sentAtMs > TimeoutMs);

    private int Entries => 1 + (_call * 7 + Id) % EntriesMax;

    public override string ToString() => $"caller {Id}";

    public void Step()
    {
        if (_isTrying)
        {
            _outstanding.Clear();
            _isTrying = false;
            // Answered in full, or given up after many tries: what was stored stays stored once all the same.
            if ((_told.Count == Entries && world.Chance(60)) || (_tries >= TriesMax && world.Chance(50))) Next();
            return;
        }
        if (world.Reshaper.Map is { } map) Try(map);
    }

    public void Receive(Request request, IMessage reply)
    {
        if (!_outstanding.Remove(request)) return;
        var append = (Append)request.Command;
        switch (reply)
        {
            case AppendReply.Appended appended:
                Told(append.Call!.Entries, request.Shard, appended.Generation, appended.Row, appended.FirstIndex);
                break;
            case AppendReply.Refused { Error: AppendError.CallOverlaps }:
                _askOpen = true;
                break;
        }
    }

    private void Try(ShardMap map)
    {
        _isTrying = true;
        _sentAtMs = world.NowMs;
        _told.Clear();
        var isFirst = _tries++ == 0;
        var callId = ((UInt128)(uint)Id << 64) | (uint)_call;
        if (!isFirst && world.Mutation != Mutation.RetriesDoNotAskParents) TakeStored(map, callId);
        var rest = Enumerable.Range(0, Entries).Where(entry => !_told.Contains(entry)).GroupBy(entry => map.Of(KeyOf(entry)).Number);
        foreach (var part in rest)
        {
            var bits = part.Count() == Entries ? CallEntries.All : new CallEntries(new[] { (byte)part.Sum(entry => 1 << entry) });
            var tags = part.Select(TagOf).ToArray();
            var token = new CallToken(callId, bits, 0, MayBeRepeat: !isFirst && world.Mutation != Mutation.RetriesLookLikeFirstTries);
            var block = Records.Block(part.Select(entry => (TagOf(entry), KeyOf(entry))));
            var request = new Request(this, part.Key, new Append(world.KeyOf(part.Key), block, null, token), tags);
            _outstanding.Add(request);
            world.Send(request);
        }
        if (_outstanding.Count == 0) Step();
    }

    /// <summary>What closed shards tell, which is all that they ever stored; and an open one that holds other entries than it was sent.</summary>
    private void TakeStored(ShardMap map, UInt128 callId)
    {
        foreach (var (number, shard) in world.Ledger.Shards.OrderBy(s => s.Value.Current.Generation))
        {
            var isOpen = map.Shards.Any(s => s.Number == number);
            if (isOpen ? !_askOpen : shard.Current.Lifecycle != ShardLifecycle.Closed) continue;
            foreach (var block in world.Store.Shard(number).CallsUpTo(long.MaxValue).Where(block => block.Id == callId))
                Told(block.Entries, number, shard.Current.Generation, block.Row, block.FirstIndex);
        }
        _askOpen = false;
    }

    private void Told(CallEntries entries, int shard, int generation, long row, int firstIndex)
    {
        var index = firstIndex;
        for (var entry = 0; entry < Entries; entry++)
        {
            if (!entries.Contains(entry)) continue;
            var number = new SequenceNumber(world.Stream.Incarnation, generation, shard, row, index++);
            if (!_numbers.TryAdd(entry, number) && _numbers[entry] != number)
                throw new Violation($"Entry {entry} of call {_call} of {this} was answered {_numbers[entry]}, and now {number}.");
            _told.Add(entry);
        }
    }

    private void Next()
    {
        _call++;
        _tries = 0;
        _askOpen = false;
        _told.Clear();
        _numbers.Clear();
    }

    // One number for all tries, and not 0, which idempotent producers have.
    private Tag TagOf(int entry) => new(Id, _call * EntriesMax + entry, 1);

    private int KeyOf(int entry) => (_call * 5 + entry * 3 + Id) % Records.Keys;
}
