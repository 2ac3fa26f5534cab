using System.Text;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose.Loading;

public sealed class StreamLoaderSpecs : IDisposable
{
    private const int Records = 600;
    private const int RecordBytes = 10_000;
    private readonly string _file = Path.GetTempFileName();
    private readonly FakeStreams _streams = new(TimeProvider.System);

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_of_several_pieces_is_appended_once_in_the_order_of_its_sources(bool isShuffled)
    {
        _streams.Create("target", 2);
        var order = Enumerable.Range(0, Records).ToArray();
        if (isShuffled) new Random(5).Shuffle(order);
        Write(order);
        var appends = 0;
        _streams.OnAppend = _ => Interlocked.Increment(ref appends) == 3 ? AppendFault.CrashAfter : AppendFault.None;
        var loader = Loader();
        await Assert.ThrowsAsync<CrashException>(() => loader.LoadAsync(Item, default));

        Assert.IsType<LoadResult.Loaded>(await Loader().LoadAsync(Item with { Epoch = 2 }, default));

        var all = _streams.All("target").Select(r => (r.Key, Number: int.Parse(r.Data.AsSpan(0, 4), null))).ToList();
        Assert.Equal(Enumerable.Range(0, Records), all.Select(r => r.Number).Order());
        Assert.All(all.GroupBy(r => r.Key), of => Assert.Equal(of.Select(r => r.Number).Order(), of.Select(r => r.Number)));
    }

    [Fact]
    public void It_says_how_much_it_holds()
    {
        Write([.. Enumerable.Range(0, Records)]);
        Assert.Equal(0, Loader().MemoryBytes(Item));

        Write([1, 0]);
        Assert.InRange(Loader().MemoryBytes(Item), 2 * new FileInfo(_file).Length, 8 * new FileInfo(_file).Length);
    }

    private ObjectToLoad Item => new("key", Guid.Empty, _file, DateTimeOffset.UnixEpoch, "shard", default) { Producer = "delivery/shard/0", Epoch = 1 };

    private StreamLoader Loader() =>
        new(_streams, FakeStreams.Id("target"), "delivery", new StreamSinkOptions { Retry = A.Fast }, TimeProvider.System);

    private void Write(int[] rows)
    {
        using var file = File.Create(_file);
        using var encoder = new RecordsFormat().Open(file);
        foreach (var row in rows)
        {
            var id = new SequenceNumber(new Incarnation(1), 0, 0, row + 1, 0).ToString();
            var data = Encoding.ASCII.GetBytes($"{row:0000}{new string('x', RecordBytes)}");
            encoder.Add(KeyedRecords.Write(new DeliveryRecord(id, DateTimeOffset.UnixEpoch, data) { Key = $"k{row % 7}" }));
        }
    }
}
