using ActorStreams.Node.Client;

namespace ActorStreams.Node.Demo;

/// <summary>Reads a stream from its start through the HTTP API, as any consumer would, and keeps what it read. Not thread-safe, but for <see cref="Count"/>.</summary>
internal sealed class StreamFollower(KinesisClient client, string stream)
{
    private readonly Dictionary<string, string?> _iterators = new(StringComparer.Ordinal);
    private readonly List<(string Shard, RecordAnswer Record)> _records = [];
    private long _count;

    public string Stream => stream;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Age of the newest record not read yet, as the service says; 0 when all is read.</summary>
    public long BehindMs { get; private set; }

    /// <summary>What was read, in order within each shard.</summary>
    public IReadOnlyList<(string Shard, RecordAnswer Record)> Records => _records;

    /// <summary>Reads what is there now of every shard; the new records.</summary>
    public async Task<IReadOnlyList<RecordAnswer>> PollAsync(CancellationToken cancel)
    {
        if (_iterators.Count == 0)
        {
            foreach (var shard in await client.ListShardsAsync(stream, cancel)) _iterators[shard] = await client.IteratorAtStartAsync(stream, shard, cancel);
        }

        var read = new List<RecordAnswer>();
        var behind = 0L;
        foreach (var shard in _iterators.Keys.ToArray()) behind = Math.Max(behind, await PollShardAsync(shard, read, cancel));
        BehindMs = behind;
        return read;
    }

    private async Task<long> PollShardAsync(string shard, List<RecordAnswer> read, CancellationToken cancel)
    {
        while (_iterators[shard] is { } iterator)
        {
            GetRecordsAnswer answer;
            try
            {
                answer = await client.GetRecordsAsync(iterator, cancel);
            }
            catch (ApiException e) when (e.Error == "ExpiredIteratorException" && _records.All(r => r.Shard != shard))
            {
                // Nothing came for five minutes, so the start is where it was.
                _iterators[shard] = await client.IteratorAtStartAsync(stream, shard, cancel);
                continue;
            }

            foreach (var record in answer.Records) _records.Add((shard, record));
            read.AddRange(answer.Records);
            Interlocked.Add(ref _count, answer.Records.Count);
            _iterators[shard] = answer.NextShardIterator;
            if (answer.Records.Count == 0 || answer.MillisBehindLatest == 0) return answer.MillisBehindLatest;
        }

        return 0;
    }
}
