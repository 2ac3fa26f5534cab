using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Client;

/// <summary>
/// The maps that a node knows, each until a shard of it turns out to be gone or closed. An answer that was on its way meanwhile is not
/// kept: it may say what was before. Safe from any thread.
/// </summary>
public sealed class StreamMaps
{
    private readonly ConcurrentDictionary<StreamId, StreamMap> _maps = new();
    private readonly Lock _lock = new();

    // Shards are asked for by readers of long gone streams too, so a map is found by its incarnation without a search.
    private readonly Dictionary<StreamKey, StreamId> _names = [];
    private readonly HashSet<Question> _open = [];

    public bool TryGet(StreamId stream, [NotNullWhen(true)] out StreamMap? map) => _maps.TryGetValue(stream, out map);

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
            if (_maps.TryRemove(stream, out var map)) _names.Remove(map.Description.Key);
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

    /// <summary>A shard is closed: a map that has it open lacks its children.</summary>
    public void ForgetWhereOpen(ShardKey shard)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(shard.Stream, out var stream) && _maps[stream].Shard(shard.Shard) is not { EndingSequenceNumber: not null })
                Forget(shard.Stream);
        }
    }

    private void Keep(Question question, StreamMap map)
    {
        lock (_lock)
        {
            if (question.IsOutdated || question.Outdated.Contains(map.Description.Key)) return;
            if (_maps.TryGetValue(question.Stream, out var former)) _names.Remove(former.Description.Key);
            _maps[question.Stream] = map;
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
}
