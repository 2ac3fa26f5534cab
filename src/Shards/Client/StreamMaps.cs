using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>
/// The maps that a node knows, each until a shard of it turns out to be gone or closed. An answer that was on its way meanwhile is not
/// kept: it may say what was before. Safe from any thread.
/// </summary>
public sealed class StreamMaps(TimeProvider? clock = null)
{
    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<StreamId, Kept> _maps = new();
    private readonly Lock _lock = new();

    // Shards are asked for by readers of long gone streams too, so a map is found by its incarnation without a search.
    private readonly Dictionary<StreamKey, StreamId> _names = [];
    private readonly HashSet<Question> _open = [];

    // Closed, though no map says so yet: a map that has one of these open would lead every put to it until the next refusal.
    private readonly HashSet<ShardKey> _closed = [];

    private const int ClosedMax = 10_000;

    /// <summary>How old a map may grow before it is to be asked for anew, behind the back of who uses it.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How old a map may grow that nobody uses. Nobody asked for it anew meanwhile, so it may be of any former day: a policy that let
    /// somebody in then is no reason to let him in now.
    /// </summary>
    public static readonly TimeSpan IdleAfter = 2 * RefreshAfter;

    public bool TryGet(StreamId stream, [NotNullWhen(true)] out StreamMap? map) => TryGet(stream, out map, out _);

    /// <param name="age">Other than fresh for one caller each time: he is to ask for it.</param>
    public bool TryGet(StreamId stream, [NotNullWhen(true)] out StreamMap? map, out MapAge age)
    {
        age = MapAge.Fresh;
        map = null;
        if (!_maps.TryGetValue(stream, out var kept)) return false;
        map = kept.Map;
        age = kept.AgeNow();
        return true;
    }

    /// <summary>To be called before the stream is asked; dispose it when the answer is there.</summary>
    public Question Ask(StreamId stream)
    {
        var question = new Question(this, stream);
        lock (_lock) _open.Add(question);
        return question;
    }

    /// <summary>Whatever the stream of this name is, it is no longer.</summary>
    public void Forget(StreamId stream)
    {
        lock (_lock)
        {
            if (_maps.TryRemove(stream, out var map)) _names.Remove(map.Map.Description.Key);
            foreach (var question in _open.Where(q => q.Stream == stream)) question.IsOutdated = true;
        }
    }

    /// <summary>A shard of this incarnation was not as its map has it.</summary>
    public void Forget(StreamKey incarnation)
    {
        lock (_lock)
        {
            if (_names.Remove(incarnation, out var stream)) _maps.TryRemove(stream, out _);
            foreach (var question in _open.Where(q => q.Stream.Region == incarnation.Region)) question.Outdated.Add(incarnation);
        }
    }

    /// <summary>A shard is closed: a map that has it open lacks its children, and is not kept until they are published.</summary>
    public void ForgetWhereOpen(ShardKey shard)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(shard.Stream, out var stream) && _maps[stream].Map.Shard(shard.Shard) is { EndingSequenceNumber: not null }) return;
            // Those of streams that this node never asks for again are not given back one by one.
            if (_closed.Count >= ClosedMax) _closed.Clear();
            _closed.Add(shard);
            Forget(shard.Stream);
        }
    }

    private void Keep(Question question, StreamMap map)
    {
        lock (_lock)
        {
            if (question.IsOutdated || question.Outdated.Contains(map.Description.Key)) return;
            if (_closed.Count > 0 && map.Open.Any(s => _closed.Contains(s.Key))) return;
            _closed.RemoveWhere(s => s.Stream == map.Description.Key);
            if (_maps.TryGetValue(question.Stream, out var former)) _names.Remove(former.Map.Description.Key);
            _maps[question.Stream] = new Kept(map, _time);
            _names[map.Description.Key] = question.Stream;
        }
    }

    private void Close(Question question)
    {
        lock (_lock) _open.Remove(question);
    }

    /// <summary>One question for a map, and what has been learned since it was put.</summary>
    public sealed class Question : IDisposable
    {
        private readonly StreamMaps _maps;

        internal Question(StreamMaps maps, StreamId stream)
        {
            _maps = maps;
            Stream = stream;
        }

        internal StreamId Stream { get; }

        internal bool IsOutdated { get; set; }

        internal HashSet<StreamKey> Outdated { get; } = [];

        /// <summary>Keeps the answer, unless it is older than what is known by now.</summary>
        public void Answered(StreamMap map) => _maps.Keep(this, map);

        public void Dispose() => _maps.Close(this);
    }

    private sealed class Kept(StreamMap map, TimeProvider time)
    {
        private long _askedAt = time.GetTimestamp();

        public StreamMap Map => map;

        public MapAge AgeNow()
        {
            var now = time.GetTimestamp();
            var askedAt = Volatile.Read(ref _askedAt);
            var since = time.GetElapsedTime(askedAt, now);
            if (since <= RefreshAfter || Interlocked.CompareExchange(ref _askedAt, now, askedAt) != askedAt) return MapAge.Fresh;
            return since <= IdleAfter ? MapAge.Old : MapAge.Idle;
        }
    }
}

/// <summary>What is to be done with a map that a node knows.</summary>
public enum MapAge
{
    /// <summary>It is good as it is.</summary>
    Fresh,

    /// <summary>It is good, and to be asked for anew behind the back of who uses it.</summary>
    Old,

    /// <summary>It was not used for a while: it is to be asked for before it is used.</summary>
    Idle,
}
