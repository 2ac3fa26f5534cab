using System.Text;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Tests.Fakes;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryBackupSpecs
{
    [Fact]
    public async Task Records_are_kept_as_they_came_also_those_that_fail_or_are_dropped()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()], HasBackup = true };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "fails"), ("k", "drops"), ("k", "two")]);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["one", "fails", "drops", "two"], rig.Backup.Lines);
        Assert.Equal(["ONE", "TWO"], rig.Store.Lines);
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task A_batch_of_which_everything_is_dropped_is_kept_all_the_same()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()], HasBackup = true };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "drops"), ("k", "drops")]);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["drops", "drops"], rig.Backup.Lines);
        Assert.Empty(rig.Store.Objects);
    }

    [Fact]
    public async Task A_batch_has_as_many_objects_of_the_backup_as_their_size_makes_in_order()
    {
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20, HasBackup = true };
        var (shard, sent) = rig.Put(60);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(sent, rig.Store.Lines.OrderBy(l => l[2..]));
        Assert.Equal(sent, rig.Backup.Lines.OrderBy(l => l[2..]));
        // 150 bytes of records, and the record that went past them.
        Assert.True(rig.Backup.Objects.Count > rig.Store.Objects.Count, "The backup was not parted.");
        Assert.All(rig.Backup.Objects.Values, o => Assert.InRange(o.Length, 1, 200));
        Assert.All(rig.Backup.Objects.Values, o => Assert.True(IsInOrder(LinesOf(o)), "An object is not in order."));
    }

    [Theory]
    [InlineData("spooled", false)]
    [InlineData("intended", false)]
    [InlineData("write", false)]
    [InlineData("written", false)]
    [InlineData("delivered", false)]
    [InlineData("checkpointed", false)]
    [InlineData("intended", true)]
    [InlineData("write", true)]
    [InlineData("written", true)]
    [InlineData("delivered", true)]
    public async Task A_crash_at_any_step_leaves_each_record_in_one_object_of_the_backup(string step, bool losesSpool)
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.ByLetter()], HasBackup = true };
        var (shard, sent) = rig.Put(60);
        var seen = 0;
        // More than a batch has objects, or none would ever be through.
        var every = step is "write" or "written" ? 23 : 7;
        rig.OnStep = at =>
        {
            if (at == step && Interlocked.Increment(ref seen) % every == 1) throw new CrashException();
        };

        var incarnations = 1;
        while (!await rig.RunAsync(shard, rig.End))
        {
            Assert.InRange(++incarnations, 2, 200);
            if (losesSpool) rig.LoseSpool();
        }

        Assert.True(incarnations > 1, "It never crashed.");
        Assert.Equal(sent.Order(), rig.Backup.Lines.Order());
        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
    }

    [Fact]
    public async Task What_is_loaded_elsewhere_is_kept_as_it_came_and_the_loader_is_given_nothing_of_it()
    {
        var loader = new Memory();
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()], HasBackup = true, Loader = _ => loader };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "fails"), ("k", "two")]);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["ONE", "TWO"], loader.Loaded);
        Assert.Equal(["one", "fails", "two"], rig.Backup.Lines);
        Assert.Empty(rig.Store.Lines);
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task What_is_sent_again_is_not_kept_twice()
    {
        var isMended = false;
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Moody(() => isMended)], HasBackup = true };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "two")]);
        Assert.True(await rig.RunAsync(shard, rig.End));
        isMended = true;

        await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

        Assert.Equal(["one", "two"], rig.Store.Lines.Order());
        Assert.Equal(["one", "two"], rig.Backup.Lines);
    }

    private static string[] LinesOf(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsInOrder(string[] lines)
    {
        var numbers = lines.Select(l => l[2..]).ToList();
        return numbers.SequenceEqual(numbers.Order(StringComparer.Ordinal));
    }

    private sealed class Memory : IObjectLoader
    {
        public List<string> Loaded { get; } = [];

        public string Name => "memory";

        public string Target => "memory";

        public string ErrorType => "memory-failed";

        public long MemoryBytes(ObjectToLoad item) => 0;

        public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => RecordsFormat.Read(item.File).Select(r => new DeliveryRecord(item.Key, item.Oldest, r));

        public Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
        {
            Loaded.AddRange(RecordsFormat.Read(item.File).Select(r => Encoding.UTF8.GetString(r.Span)));
            return Task.FromResult<LoadResult>(LoadResult.Loaded.Instance);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
