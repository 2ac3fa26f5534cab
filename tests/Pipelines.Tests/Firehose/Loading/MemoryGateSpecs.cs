using ActorStreams.Pipelines.Firehose.Loading;

namespace ActorStreams.Pipelines.Tests.Firehose.Loading;

public sealed class MemoryGateSpecs
{
    private readonly MemoryGate _gate = new(100);

    [Fact]
    public async Task Who_comes_first_goes_first_also_where_one_behind_would_have_room()
    {
        var held = await EnterAsync(60);
        var large = EnterAsync(80);
        var small = EnterAsync(10);
        Assert.False(large.IsCompleted || small.IsCompleted);
        Assert.True(_gate.MustWait(1));

        held.Dispose();

        using var first = await large;
        using var second = await small;
        Assert.Equal(90, _gate.Taken);
    }

    [Fact]
    public async Task What_takes_more_than_there_is_goes_alone()
    {
        var held = await EnterAsync(1);
        var huge = EnterAsync(1_000);
        var behind = EnterAsync(1);
        held.Dispose();
        var alone = await huge;
        Assert.Equal(100, _gate.Taken);
        Assert.False(behind.IsCompleted);

        alone.Dispose();

        using var last = await behind;
        Assert.Equal(1, _gate.Taken);
    }

    [Fact]
    public async Task Who_gives_up_waiting_has_taken_nothing_and_holds_nobody_up()
    {
        var held = await EnterAsync(60);
        using var cancel = new CancellationTokenSource();
        var large = EnterAsync(80, cancel.Token);
        var small = EnterAsync(40);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        using var behind = await small;
        Assert.Equal(100, _gate.Taken);
        held.Dispose();
        Assert.Equal(40, _gate.Taken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EnterAsync(1, cancel.Token));
        Assert.Equal(40, _gate.Taken);
    }

    [Fact]
    public async Task What_is_given_back_twice_counts_once()
    {
        using var other = await EnterAsync(50);
        var place = await EnterAsync(30);
        place.Dispose();
        place.Dispose();

        Assert.Equal(50, _gate.Taken);
    }

    [Fact]
    public async Task Many_who_come_go_and_give_up_leave_it_empty()
    {
        var (inside, most) = (0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 200; i++)
            {
                var bytes = random.Next(1, 120);
                using var cancel = new CancellationTokenSource();
                var entering = _gate.EnterAsync(bytes, cancel.Token);
                if (random.Next(3) == 0) await cancel.CancelAsync();
                try
                {
                    using var place = await entering;
                    var now = Interlocked.Add(ref inside, Math.Min(bytes, 100));
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    Interlocked.Add(ref inside, -Math.Min(bytes, 100));
                }
                catch (OperationCanceledException)
                {
                    // Nothing was taken.
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(most, 1, 100);
        Assert.Equal(0, _gate.Taken);
    }

    private static void InterlockedMax(ref long most, long now)
    {
        for (var seen = Volatile.Read(ref most); now > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, now, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    private Task<IDisposable> EnterAsync(long bytes, CancellationToken cancel = default) => _gate.EnterAsync(bytes, cancel);
}
