using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>How long an object is tried, over restarts, in time that the spec alone moves.</summary>
public sealed class DeliveryRetrySpecs
{
    private static readonly TimeSpan s_retry = TimeSpan.FromHours(24);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_restart_gives_an_object_no_more_time_than_it_had()
    {
        var away = new Away();
        await using var rig = new DeliveryRig { Time = _time, BufferBytesMax = 1, LoadRetry = s_retry, Loader = _ => away };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one")]);
        away.OnTry = tries =>
        {
            if (tries == 2) throw new CrashException();
        };
        var began = _time.GetUtcNow();
        var first = rig.RunAsync(shard, rig.End);
        await Eventually.BeTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return first.IsCompleted;
            },
            "a crash at the second try");
        Assert.False(await first);
        Assert.InRange(rig.State.Intent!.Retry!.SinceMs, began.ToUnixTimeMilliseconds(), _time.GetUtcNow().ToUnixTimeMilliseconds());

        _time.Advance(s_retry);
        away.OnTry = _ => { };

        // The one try that there is as the time ends.
        Assert.True(await rig.RunAsync(shard, rig.End));
        Assert.Equal(3, away.Tries);
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task A_day_of_tries_takes_a_moment_and_ends_in_the_error_output_with_their_number()
    {
        var away = new Away();
        await using var rig = new DeliveryRig { Time = _time, BufferBytesMax = 1, LoadRetry = s_retry, Loader = _ => away };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one")]);
        var began = _time.GetUtcNow();

        var running = rig.RunAsync(shard, rig.End);
        await Eventually.BeTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(10));
                return running.IsCompleted;
            },
            "the end of the tries");

        Assert.True(await running);
        Assert.True(_time.GetUtcNow() - began >= s_retry, $"It was given up after {_time.GetUtcNow() - began}.");
        Assert.Contains($"\"attemptsMade\":{away.Tries}", Assert.Single(rig.Store.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_loaded_is_not_lost_where_a_transform_answers_otherwise_after_the_spool_went()
    {
        var isFlipped = false;
        var loader = new Away { OnTry = _ => throw new CrashException() };
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Flip(() => isFlipped)], Loader = _ => loader };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        var sent = Enumerable.Range(0, 10).Select(i => $"{i}").ToList();
        rig.Streams.Put("source", [.. sent.Select(s => ("k", s))]);
        Assert.False(await rig.RunAsync(shard, rig.End));
        Assert.NotEmpty(rig.Store.Errors);
        rig.LoseSpool();
        isFlipped = true;
        loader.OnTry = _ => loader.IsBack = true;

        Assert.True(await rig.RunAsync(shard, rig.End));

        var failed = rig.Store.Errors.Select(e => Encoding.UTF8.GetString(JsonDocument.Parse(e).RootElement.GetProperty("rawData").GetBytesFromBase64())).ToList();
        Assert.Equal(failed.Distinct().Count(), failed.Count);
        Assert.Equal(sent, loader.Loaded.Concat(failed).Order());
    }

    private sealed class Away : IObjectLoader
    {
        public Action<int> OnTry { get; set; } = _ => { };

        public bool IsBack { get; set; }

        public List<string> Loaded { get; } = [];

        public int Tries { get; private set; }

        public string Name => "away";

        public string Target => "away";

        public string ErrorType => "away-failed";

        public long MemoryBytes(ObjectToLoad item) => 0;

        public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => RecordsFormat.Read(item.File).Select(r => new DeliveryRecord(item.Key, item.Oldest, r));

        public Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
        {
            OnTry(++Tries);
            if (!IsBack) return Task.FromResult<LoadResult>(new LoadResult.Later("as told"));
            Loaded.AddRange(RecordsFormat.Read(item.File).Select(r => Encoding.UTF8.GetString(r.Span)));
            return Task.FromResult<LoadResult>(LoadResult.Loaded.Instance);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
