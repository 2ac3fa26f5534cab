using System.IO.Compression;
using System.Text;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Destinations.Http;
using ActorStreams.Pipelines.Firehose.Destinations.Search;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose.Loading;

/// <summary>What a load takes of memory, whatever the size of its object.</summary>
public sealed class LoadMemorySpecs : IDisposable
{
    private const int RecordBytes = 1_000;
    private const int ObjectBytes = 64 << 20;
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_goes_to_an_endpoint_as_it_is_read(bool gzip)
    {
        WriteRecords();
        var bodies = new Bodies();
        using var http = new HttpClient(bodies);
        var client = new HttpEndpointClient(http, new HttpEndpointOptions(new Uri("http://endpoint/"), "arn") { Gzip = gzip }, TimeProvider.System);
        await using var loader = new HttpLoader("endpoint", "Http", "failed", "Rejected", client.SendAsync, http);

        await TakesLittleAsync(loader);

        Assert.Equal(bodies.Length, bodies.Told);
        if (!gzip) Assert.InRange(bodies.Length, ObjectBytes, ObjectBytes * 2);
    }

    [Fact]
    public async Task Events_go_to_Splunk_as_they_are_read_without_those_that_are_none()
    {
        WriteRecords();
        var bodies = new Bodies();
        using var http = new HttpClient(bodies);
        var client = new SplunkClient(http, new SplunkOptions(new Uri("http://splunk/"), "token", SplunkEndpointType.Raw, default), TimeProvider.System);
        await using var loader = new HttpLoader("Splunk", "Splunk", "failed", "Rejected", client.SendAsync, http, r => r.Span[^2] == '7' ? "seven" : null);

        await TakesLittleAsync(loader);

        Assert.Equal((ObjectBytes / RecordBytes - (ObjectBytes / RecordBytes + 2) / 10) * (long)RecordBytes, bodies.Told);
        Assert.Equal(bodies.Length, bodies.Told);
    }

    [Fact]
    public async Task An_index_is_asked_by_requests_of_bounded_size_and_no_more_once_it_is_away()
    {
        WriteRecords();
        var bodies = new Bodies();
        using var http = new HttpClient(bodies);
        var client = new SearchClient(http, new SearchOptions(new Uri("http://index/")), TimeProvider.System);
        await using var loader = new SearchLoader(client, http, "index", "badges", IndexRotation.None, hasIds: true, "delivery");

        var later = Assert.IsType<LoadResult.Later>(await loader.LoadAsync(Item, default));

        Assert.Equal(1, bodies.Requests);
        Assert.InRange(bodies.Length, 1 << 20, (2 << 20) + (2 * RecordBytes));
        Assert.Equal(new OpenStretch(0, ObjectBytes / RecordBytes, later.Open![0].Reason), Assert.Single(later.Open));
        Assert.InRange(loader.MemoryBytes(Item), bodies.Length, 16 << 20);
    }

    [Theory]
    [InlineData(CompressionFormat.Uncompressed)]
    [InlineData(CompressionFormat.Gzip)]
    public void Lines_are_read_one_after_the_other(CompressionFormat compression)
    {
        using (var file = File.Create(_file))
        using (var output = compression == CompressionFormat.Gzip ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file)
        {
            for (var i = 0; i < ObjectBytes / RecordBytes; i++) output.Write(Encoding.ASCII.GetBytes(Text(i) + "\n"));
        }
        var lines = new LinesFile(_file, compression);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal((ObjectBytes / RecordBytes, RecordBytes), (lines.Read().Count(l => l.Length == RecordBytes), lines.Longest()));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("a\nb\r\n\n\r\nc", "a|b|c")]
    [InlineData("a", "a")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    public void Lines_have_no_ends_and_what_is_empty_is_none(string text, string expected)
    {
        File.WriteAllText(_file, text);

        Assert.Equal(expected, string.Join('|', new LinesFile(_file, CompressionFormat.Uncompressed).Read().Select(l => Encoding.UTF8.GetString(l.Span))));
    }

    [Fact]
    public void A_line_that_is_longer_than_any_buffer_is_one()
    {
        var line = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i},"));
        File.WriteAllText(_file, $"first\n{line}\nlast");
        var lines = new LinesFile(_file, CompressionFormat.Uncompressed);

        Assert.Equal(["first", line, "last"], lines.Read().Select(l => Encoding.UTF8.GetString(l.Span)));
        Assert.Equal(line.Length, lines.Longest());
    }

    [Fact]
    public async Task Loads_of_two_shards_take_turns_where_the_memory_is_not_for_both()
    {
        var gate = new MemoryGate(100);
        var (first, second) = (new HoldingLoader(60), new HoldingLoader(60));
        await using var one = new DeliveryRig { Loader = _ => first, LoadMemory = gate };
        await using var other = new DeliveryRig { Loader = _ => second, LoadMemory = gate };
        var running = one.RunAsync(one.Put(1).Shard, one.End);
        await first.IsIn.Task.WaitAsync(TimeSpan.FromSeconds(15));

        var waiting = other.RunAsync(other.Put(1).Shard, other.End);
        await Eventually.BeTrueAsync(() => gate.MustWait(1), "a load that waits for its turn");
        Assert.False(second.IsIn.Task.IsCompleted);
        first.MayGo.SetResult();
        await second.IsIn.Task.WaitAsync(TimeSpan.FromSeconds(15));
        second.MayGo.SetResult();

        Assert.True(await running && await waiting);
        Assert.Equal(0, gate.Taken);
    }

    [Fact]
    public async Task What_is_not_counted_waits_behind_nobody()
    {
        var gate = new MemoryGate(100);
        using var held = await gate.EnterAsync(100, default);
        var (counted, free) = (new HoldingLoader(60), new HoldingLoader(0));
        await using var one = new DeliveryRig { Loader = _ => counted, LoadMemory = gate };
        await using var other = new DeliveryRig { Loader = _ => free, LoadMemory = gate };
        var waiting = one.RunAsync(one.Put(1).Shard, one.End);
        await Eventually.BeTrueAsync(() => gate.MustWait(0), "a load that waits for its turn");
        free.MayGo.SetResult();

        Assert.True(await other.RunAsync(other.Put(1).Shard, other.End).WaitAsync(TimeSpan.FromSeconds(15)));

        Assert.False(counted.IsIn.Task.IsCompleted);
        held.Dispose();
        counted.MayGo.SetResult();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_turn_that_is_waited_for_takes_nothing_of_the_time_for_tries()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 16, 0, 0, 0, TimeSpan.Zero));
        var gate = new MemoryGate(100);
        var held = await gate.EnterAsync(100, default);
        var loader = new HoldingLoader(60) { Failures = 1 };
        loader.MayGo.SetResult();
        await using var rig = new DeliveryRig { Time = time, BufferBytesMax = 1, LoadRetry = TimeSpan.FromMinutes(5), Loader = _ => loader, LoadMemory = gate };
        var running = rig.RunAsync(rig.Put(1).Shard, rig.End);
        await Advancing(() => gate.MustWait(0), "a load that waits for its turn");
        time.Advance(TimeSpan.FromMinutes(10));

        held.Dispose();
        await Advancing(() => running.IsCompleted, "the end of the tries");

        Assert.True(await running);
        Assert.Empty(rig.Store.Errors);

        Task Advancing(Func<bool> condition, string expected) => Eventually.BeTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return condition();
            },
            expected);
    }

    private ObjectToLoad Item => new("key", Guid.Empty, _file, DateTimeOffset.UnixEpoch, "shard", default);

    private static string Text(int i) => $$"""{"text":"{{new string('x', RecordBytes - 23)}}","n":{{i,7}}}""";

    private void WriteRecords()
    {
        using var file = File.Create(_file);
        using var encoder = new RecordsFormat().Open(file);
        for (var i = 0; i < ObjectBytes / RecordBytes; i++) encoder.Add(Encoding.ASCII.GetBytes(Text(i)));
    }

    /// <summary>Nothing of the load leaves the thread: the server is none.</summary>
    private async Task TakesLittleAsync(IObjectLoader loader)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = await loader.LoadAsync(Item, default);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.IsType<LoadResult.Later>(result);
        // Over all that was read and let go of.
        Assert.InRange(allocated, 0, 2 << 20);
        Assert.InRange(loader.MemoryBytes(Item), 1, 1 << 20);
    }

    /// <summary>Reads what is sent and is away.</summary>
    private sealed class Bodies : HttpMessageHandler
    {
        public int Requests { get; private set; }

        /// <summary>Of all bodies, as they said and as they were.</summary>
        public long Told { get; private set; }

        public long Length { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            Told += request.Content!.Headers.ContentLength ?? 0;
            await using var counted = new Counted();
            await request.Content.CopyToAsync(counted, cancellationToken);
            Length += counted.Length;
            return new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable);
        }
    }

    private sealed class Counted : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override void Flush() { }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
