using System.Globalization;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>What a stream missed is sent again by one producer, failure after failure, and each record once.</summary>
public sealed class StreamRedriveSpecs
{
    private const string Redriver = "firehose:us-east-1:badges/redrive";
    private const string TurnsPrefix = "actorstreams-redrive-turns/";

    [Fact]
    public async Task However_much_is_sent_again_the_shards_remember_one_producer_for_it()
    {
        await using var rig = Rig();
        var sent = await FailAsync(rig, failures: 12);
        rig.Streams.Create("target", 2);

        Assert.Equal(new RedriveResult(12, 0), await RedriveAsync(rig));
        Assert.Equal(new RedriveResult(0, 0), await RedriveAsync(rig));

        Assert.Equal([Redriver], rig.Streams.Producers("target"));
        AssertEachOnce(rig, sent);
    }

    [Fact]
    public async Task Whenever_it_is_cut_off_each_record_is_there_once()
    {
        for (var cut = 1; ; cut++)
        {
            await using var rig = Rig();
            var sent = await FailAsync(rig, failures: 3);
            rig.Streams.Create("target", 2);
            var steps = 0;
            rig.OnStep = _ => CrashAt(cut);
            rig.Streams.OnAppend = _ => ++steps == cut ? AppendFault.CrashAfter : AppendFault.None;
            var isCut = false;
            try
            {
                await RedriveAsync(rig);
            }
            catch (CrashException)
            {
                isCut = true;
            }
            rig.OnStep = _ => { };
            rig.Streams.OnAppend = _ => AppendFault.None;
            // Of what fails meanwhile some comes before what was cut off, by its name.
            for (var i = 0; i < 5; i++) sent.AddRange(await FailMoreAsync(rig, sent.Count));

            await RedriveAsync(rig);

            Assert.Equal(0, (await RedriveAsync(rig)).Left);
            AssertEachOnce(rig, sent);
            if (!isCut)
            {
                Assert.InRange(cut, 20, 1_000);
                break;
            }

            void CrashAt(int step)
            {
                if (++steps == step) throw new CrashException();
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Two_who_send_again_at_once_send_each_record_once(int seed)
    {
        await using var rig = Rig();
        var sent = await FailAsync(rig, failures: 8);
        rig.Streams.Create("target", 2);
        var random = new Random(seed);
        rig.Streams.OnAppend = _ => random.Next(4) == 0 ? AppendFault.AnswerLost : AppendFault.None;

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RedriveAsync(rig))));

        Assert.Equal([Redriver], rig.Streams.Producers("target"));
        AssertEachOnce(rig, sent);
    }

    [Fact]
    public async Task Turns_that_somebody_deleted_lose_nothing()
    {
        await using var rig = Rig();
        var sent = await FailAsync(rig, failures: 3);
        rig.Streams.Create("target", 2);
        await RedriveAsync(rig);
        foreach (var turn in rig.Store.Objects.Keys.Where(k => k.StartsWith(TurnsPrefix, StringComparison.Ordinal))) rig.Store.Objects.TryRemove(turn, out _);

        sent.AddRange(await FailMoreAsync(rig, sent.Count));
        await RedriveAsync(rig);

        AssertEachOnce(rig, sent);
        Assert.Equal(4, int.Parse(rig.Store.Objects.Keys.Single(k => k.StartsWith(TurnsPrefix, StringComparison.Ordinal)).Split('/')[^1], CultureInfo.InvariantCulture));
    }

    private static DeliveryRig Rig() => new()
    {
        KeepsKeys = true,
        Loader = rig => new StreamLoader(rig.Streams, FakeStreams.Id("target"), Redriver, new StreamSinkOptions { Retry = A.Fast, BlockRecordsMax = 2 }, TimeProvider.System),
    };

    /// <summary>So many failures of some records each, of one shard; the stream is not there.</summary>
    private static async Task<List<string>> FailAsync(DeliveryRig rig, int failures)
    {
        rig.Streams.Create("source");
        var sent = new List<string>();
        for (var i = 0; i < failures; i++) sent.AddRange(await FailOneAsync(rig, sent.Count));
        Assert.Equal(failures, (await rig.Redriver().ListAsync(DeliveryRig.Definition, CancellationToken.None)).Count);
        return sent;
    }

    /// <summary>One more, of a stream that is away meanwhile.</summary>
    private static async Task<List<string>> FailMoreAsync(DeliveryRig rig, int from)
    {
        rig.Streams.IsMissing = stream => stream.Name == "target";
        var sent = await FailOneAsync(rig, from);
        rig.Streams.IsMissing = _ => false;
        return sent;
    }

    private static async Task<List<string>> FailOneAsync(DeliveryRig rig, int from)
    {
        var records = Enumerable.Range(from, 5).Select(i => FormattableString.Invariant($"record {i:0000}")).ToList();
        rig.Streams.Put("source", records.Select((r, i) => ($"key-{i % 3}", r)));
        Assert.True(await rig.RunAsync(rig.Streams.Description("source").Shards[0].Key, rig.End));
        return records;
    }

    private static Task<RedriveResult> RedriveAsync(DeliveryRig rig) => rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

    private static void AssertEachOnce(DeliveryRig rig, IEnumerable<string> sent) =>
        Assert.Equal(sent.Order(StringComparer.Ordinal), rig.Streams.All("target").Select(r => r.Data).Order(StringComparer.Ordinal));
}
