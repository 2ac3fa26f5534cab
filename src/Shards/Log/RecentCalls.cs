using System.Collections.Immutable;
using System.Runtime.InteropServices;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <summary>Calls that all shards of a node remember together.</summary>
public sealed class CallBudget(long callsMax)
{
    private long _calls;

    public bool IsExceeded => Interlocked.Read(ref _calls) > callsMax;

    public long Calls => Interlocked.Read(ref _calls);

    internal void Add(long calls) => Interlocked.Add(ref _calls, calls);
}

/// <summary>
/// The calls whose entries a shard stored within the window, newest last: a ring, and for each id the place of its newest block, from
/// which the older ones follow. About 110 bytes a call. The oldest go when time, the shard's bound or the node's has passed them.
/// </summary>
public sealed class RecentCalls(TimeSpan window, int callsMax, CallBudget? budget = null)
{
    /// <summary>What a shard keeps whatever the others do, so that a retry that follows at once is known.</summary>
    private const int KeptMin = 64;
    private const int FirstCapacity = 16;
    private readonly Dictionary<UInt128, long> _newest = [];
    private Slot[] _ring = [];
    private long _first;
    private long _next;

    private struct Slot
    {
        public CallBlock Block;

        /// <summary>Place of the block of the same id before this one; below the first place when there is none.</summary>
        public long Previous;
    }

    public int Count => (int)(_next - _first);

    /// <summary>Arrival times below it are out of the window.</summary>
    public long WindowStartMs(long nowMs) => nowMs - (long)window.TotalMilliseconds;

    public void Add(in CallBlock block)
    {
        if (Count >= callsMax) DropFirst();
        // Two for one, so that shards that go on make room for those that begin.
        for (var i = 0; i < 2 && Count > KeptMin && budget is { IsExceeded: true }; i++) DropFirst();
        if (Count == _ring.Length) Grow();
        ref var newest = ref CollectionsMarshal.GetValueRefOrAddDefault(_newest, block.Id, out var isKnown);
        ref var slot = ref _ring[_next & (_ring.Length - 1)];
        slot.Block = block;
        slot.Previous = isKnown ? newest : -1;
        newest = _next++;
        budget?.Add(1);
    }

    /// <summary>Puts what was stored before everything that is here.</summary>
    public void AddBefore(IReadOnlyList<CallBlock> older)
    {
        var newer = new List<CallBlock>(Count);
        for (var place = _first; place < _next; place++) newer.Add(_ring[place & (_ring.Length - 1)].Block);
        Clear();
        foreach (var block in older) Add(block);
        foreach (var block in newer) Add(block);
    }

    /// <summary>Forgets what arrived before the window.</summary>
    public void Expire(long nowMs)
    {
        var startMs = WindowStartMs(nowMs);
        while (Count > 0 && _ring[_first & (_ring.Length - 1)].Block.ArrivalMs < startMs) DropFirst();
        if (Count == 0) Clear();
    }

    public void Clear()
    {
        budget?.Add(-Count);
        _newest.Clear();
        if (_ring.Length > FirstCapacity)
        {
            _newest.TrimExcess();
            _ring = [];
        }
        (_first, _next) = (0, 0);
    }

    /// <summary>All blocks of a call, oldest first.</summary>
    public ImmutableArray<CallBlock> Find(UInt128 id)
    {
        if (!_newest.TryGetValue(id, out var place)) return [];
        var found = ImmutableArray.CreateBuilder<CallBlock>();
        for (; place >= _first; place = Previous(place)) found.Add(At(place));
        found.Reverse();
        return found.ToImmutable();
    }

    /// <summary>The answer to an append whose entries, or some of them, are stored; null when none is.</summary>
    public AppendReply? Judge(CallToken token, int generation)
    {
        if (!_newest.TryGetValue(token.Id, out var place)) return null;
        var overlaps = false;
        for (; place >= _first; place = Previous(place))
        {
            var block = At(place);
            if (block.BodyHash != token.BodyHash)
                return new AppendReply.Refused(AppendError.OtherBody, $"Row {block.Row} holds records of another body under the same token.");
            if (block.Entries == token.Entries)
                return new AppendReply.Appended(generation, block.Row, block.FirstIndex, block.Count, block.ArrivalMs, IsRepeat: true);
            overlaps |= block.Entries.Overlaps(token.Entries);
        }
        return overlaps ? new AppendReply.Refused(AppendError.CallOverlaps, "Some of the entries are stored, by an earlier try that knew another map.") : null;
    }

    private CallBlock At(long place) => _ring[place & (_ring.Length - 1)].Block;

    private long Previous(long place) => _ring[place & (_ring.Length - 1)].Previous;

    private void DropFirst()
    {
        ref var slot = ref _ring[_first & (_ring.Length - 1)];
        // A newer block of the same id keeps its place; that this one is gone shows by its number.
        if (_newest.TryGetValue(slot.Block.Id, out var newest) && newest == _first) _newest.Remove(slot.Block.Id);
        slot = default;
        _first++;
        budget?.Add(-1);
    }

    private void Grow()
    {
        var larger = new Slot[Math.Max(FirstCapacity, _ring.Length * 2)];
        for (var place = _first; place < _next; place++) larger[place & (larger.Length - 1)] = _ring[place & (_ring.Length - 1)];
        _ring = larger;
    }
}
