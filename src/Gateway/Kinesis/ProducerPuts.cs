using System.Collections.Concurrent;
using System.Globalization;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// Stores what producers put under their positions, exactly once: shards remember how far each has got in each part of the key space,
/// and what lies at or below that is left out. What a node remembers of them only saves asking; a shard refuses what does not follow.
/// </summary>
/// <param name="patience">How long records wait for the shards that take over the keys of a split or merged one.</param>
internal sealed class ProducerPuts(IStreams streams, TimeProvider time, TimeSpan patience)
{
    /// <summary>Producers that a node remembers; with more it begins anew and asks again.</summary>
    private const int SessionsMax = 1_000;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(StreamKey Stream, string Producer, long Epoch), Session> _sessions = new();

    /// <summary>Puts of one producer go one after another: each append names the position before it.</summary>
    private sealed class Session
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Dictionary<ShardKey, ProducerFrontier> Frontiers { get; } = [];
    }

    /// <summary>Tells of each shard what became of its part; what was stored before is in puts that are answered as repeated.</summary>
    public async Task<List<ShardPut>> StoreAsync(IPutTarget target, PutRequest request, StreamMap map, ApiCall call, ProducerHeaders producer)
    {
        producer.CheckCount(request.Entries.Length);
        foreach (ref var entry in request.Entries) entry.Block = PutEntry.NoBlock;
        var hashes = PutPlan.Hashes(request);
        var puts = new List<ShardPut>();
        var session = SessionOf(map.Description.Key, producer);
        await session.Turn.WaitAsync(call.Aborted);
        try
        {
            await StoreAsync(target, request, hashes, map, puts, session, call, producer);
        }
        finally
        {
            session.Turn.Release();
        }
        var repeated = 0;
        foreach (ref readonly var entry in request.Entries) repeated += puts[entry.Block].Reply is AppendReply.Repeated ? 1 : 0;
        // Always, so that a producer sees that its headers were understood.
        call.Response.Headers[ProducerHeaders.RepeatedHeader] = repeated.ToString(CultureInfo.InvariantCulture);
        return puts;
    }

    private async Task StoreAsync(
        IPutTarget target, PutRequest request, UInt128[] hashes, StreamMap map, List<ShardPut> puts, Session session, ApiCall call, ProducerHeaders producer)
    {
        var since = time.GetTimestamp();
        var pause = TimeSpan.Zero;
        while (true)
        {
            var first = puts.Count;
            var refused = await AttachAsync(request, hashes, map, session, call, producer);
            var positions = Sort(request, hashes, map, puts, session, producer, refused);
            PutPlan.Build(request, puts, first);
            await Task.WhenAll(Enumerable.Range(first, puts.Count - first).Where(i => puts[i].Reply is null)
                .Select(i => AppendAsync(target.Stream, puts[i], positions[puts[i]], session.Frontiers[puts[i].Shard.Key], call, producer)));
            foreach (var put in puts.Skip(first).Where(p => positions.ContainsKey(p))) Note(put, positions[put], session);
            var again = puts.FindAll(p => !p.IsRouted && IsDoneElsewhere(p));
            if (again.Count == 0 || time.GetElapsedTime(since) > patience) return;
            foreach (var put in again) put.IsRouted = true;
            foreach (ref var entry in request.Entries)
            {
                if (puts[entry.Block].IsRouted) entry.Block = PutEntry.NoBlock;
            }
            // The first time there is nothing to wait for: another position is to be named, or the map of today leads elsewhere.
            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, call.Aborted);
            pause = TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, s_firstPause.Ticks, s_longestPause.Ticks));
            map = await target.MapAsync();
        }
    }

    /// <summary>Nothing of it was stored by this put; another shard has the keys, or another position is to be named.</summary>
    private static bool IsDoneElsewhere(ShardPut put) => put.Reply is AppendReply.Refused
    {
        Error: AppendError.Closed or AppendError.NotOpened or AppendError.Ended or AppendError.Gap or AppendError.NotAttached,
    };

    /// <summary>Asks the shards that are to get something how far the producer has got; answers those that did not say.</summary>
    private async Task<Dictionary<ShardKey, AppendReply.Refused>> AttachAsync(
        PutRequest request, UInt128[] hashes, StreamMap map, Session session, ApiCall call, ProducerHeaders producer)
    {
        var wanted = new HashSet<ShardDescription>();
        for (var i = 0; i < hashes.Length; i++)
        {
            if (request.Entries[i].Block == PutEntry.NoBlock && map.Open[map.Router.Route(hashes[i])] is var shard && !session.Frontiers.ContainsKey(shard.Key))
                wanted.Add(shard);
        }
        var refused = new Dictionary<ShardKey, AppendReply.Refused>();
        var replies = await Task.WhenAll(wanted.Select(shard => streams.AttachAsync(shard.Key, producer.Producer, producer.Epoch, call.Aborted)));
        foreach (var (shard, reply) in wanted.Zip(replies))
        {
            switch (reply)
            {
                case AttachReply.Attached attached:
                    session.Frontiers[shard.Key] = new ProducerFrontier(shard, new ProducerEntry(producer.Producer, producer.Epoch, attached.Positions));
                    break;
                case AttachReply.Refused { Error: AppendError.StaleEpoch } stale:
                    throw KinesisErrors.StaleEpoch(stale.Detail);
                case AttachReply.Refused other:
                    refused[shard.Key] = new AppendReply.Refused(other.Error, other.Detail);
                    break;
            }
        }
        return refused;
    }

    /// <summary>Sorts the entries into puts of what is to be stored, each with the position of its last record, and of what is.</summary>
    private static Dictionary<ShardPut, ProducerPosition> Sort(
        PutRequest request, UInt128[] hashes, StreamMap map, List<ShardPut> puts, Session session, ProducerHeaders producer,
        Dictionary<ShardKey, AppendReply.Refused> refused)
    {
        var positions = new Dictionary<ShardPut, ProducerPosition>();
        var numbers = new Dictionary<(ShardKey Shard, bool IsStored), int>();
        for (var i = 0; i < hashes.Length; i++)
        {
            ref var entry = ref request.Entries[i];
            if (entry.Block != PutEntry.NoBlock) continue;
            var shard = map.Open[map.Router.Route(hashes[i])];
            var position = producer.PositionOf(i);
            var frontier = session.Frontiers.GetValueOrDefault(shard.Key);
            var isStored = frontier?.Has(hashes[i], position) == true;
            if (!numbers.TryGetValue((shard.Key, isStored), out var number))
            {
                number = numbers[(shard.Key, isStored)] = puts.Count;
                puts.Add(new ShardPut(shard)
                {
                    Reply = isStored ? new AppendReply.Repeated(frontier!.Position) : refused.GetValueOrDefault(shard.Key)!,
                });
            }
            PutPlan.Assign(ref entry, puts[number], number);
            positions[puts[number]] = position;
        }
        return positions;
    }

    private async Task AppendAsync(
        StreamId stream, ShardPut put, ProducerPosition position, ProducerFrontier frontier, ApiCall call, ProducerHeaders producer)
    {
        var append = new ProducerAppend(producer.Producer, producer.Epoch, frontier.Position, position);
        put.Reply = await streams.AppendAsync(stream, put.Shard.Key, put.Builder.Build(), append, call: null, call.Aborted);
    }

    private static void Note(ShardPut put, ProducerPosition position, Session session)
    {
        switch (put.Reply)
        {
            case AppendReply.Appended:
                session.Frontiers[put.Shard.Key].Advance(position);
                break;
            case AppendReply.Repeated repeated when session.Frontiers.TryGetValue(put.Shard.Key, out var known) && known.Position == repeated.Position:
                break;
            case AppendReply.Refused { Error: AppendError.StaleEpoch } stale:
                throw KinesisErrors.StaleEpoch(stale.Detail);
            default:
                // Whatever it is, the shard knows better than this node does.
                session.Frontiers.Remove(put.Shard.Key);
                break;
        }
    }

    private Session SessionOf(StreamKey stream, ProducerHeaders producer)
    {
        if (_sessions.Count >= SessionsMax) _sessions.Clear();
        return _sessions.GetOrAdd((stream, producer.Producer, producer.Epoch), _ => new Session());
    }
}
