using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>A delivery whose destination is another stream.</summary>
public sealed class StreamDestinationSpecs
{
    private static readonly string[] s_keys = ["red", "green", "blue"];

    public enum Loss
    {
        None,
        Spool,
    }

    [Theory]
    [InlineData("spooled", Loss.None)]
    [InlineData("intended", Loss.None)]
    [InlineData("delivered", Loss.None)]
    [InlineData("checkpointed", Loss.None)]
    [InlineData("intended", Loss.Spool)]
    [InlineData("delivered", Loss.Spool)]
    public async Task A_crash_at_any_step_leaves_each_record_once_in_the_order_of_its_key(string step, Loss loss)
    {
        await using var rig = Rig();
        var (shard, sent) = Put(rig, 60);
        rig.Streams.Create("target", 2);
        var seen = 0;
        rig.OnStep = at =>
        {
            if (at == step && ++seen % 5 == 1) throw new CrashException();
        };

        var incarnations = await RunToEndAsync(rig, shard, loss);

        Assert.True(incarnations > 1, "It never crashed.");
        AssertExact(rig, sent);
    }

    [Theory]
    [InlineData(AppendFault.CrashBefore, Loss.None)]
    [InlineData(AppendFault.CrashAfter, Loss.None)]
    [InlineData(AppendFault.CrashAfter, Loss.Spool)]
    [InlineData(AppendFault.AnswerLost, Loss.None)]
    [InlineData(AppendFault.NotReady, Loss.None)]
    public async Task A_batch_that_was_appended_in_part_is_finished(AppendFault fault, Loss loss)
    {
        await using var rig = Rig();
        var (shard, sent) = Put(rig, 60);
        rig.Streams.Create("target", 2);
        var appends = 0;
        rig.Streams.OnAppend = stream => stream.Name == "target" && Interlocked.Increment(ref appends) % 4 == 2 ? fault : AppendFault.None;

        await RunToEndAsync(rig, shard, loss);

        Assert.True(appends >= 4, $"There were {appends} appends.");
        AssertExact(rig, sent);
    }

    [Fact]
    public async Task What_a_transform_answers_otherwise_is_still_appended_once()
    {
        await using var rig = Rig(new TestSteps.Fickle());
        var (shard, sent) = Put(rig, 60);
        rig.Streams.Create("target", 2);
        var appends = 0;
        rig.Streams.OnAppend = stream => stream.Name == "target" && Interlocked.Increment(ref appends) % 4 == 2 ? AppendFault.CrashAfter : AppendFault.None;

        await RunToEndAsync(rig, shard, Loss.Spool);

        Assert.Equal(sent.Select(r => r.Data).Order(), rig.Streams.All("target").Select(r => r.Data.Split('=')[0]).Order());
    }

    [Fact]
    public async Task A_stream_that_is_gone_gets_what_it_missed_by_a_redrive_and_once()
    {
        await using var rig = Rig();
        var (shard, sent) = Put(rig, 10);
        Assert.True(await rig.RunAsync(shard, rig.End));
        Assert.Empty(rig.Store.Lines);
        var error = rig.Store.Errors.Select(e => JsonDocument.Parse(e).RootElement).Single(e => DataOf(e) == sent[0].Data);
        Assert.Equal(("Retries.Exhausted", "stream us-east-1/target does not exist"), (error.GetProperty("errorCode").GetString(), error.GetProperty("errorMessage").GetString()));
        Assert.Equal(sent[0].Key, error.GetProperty("partitionKey").GetString());

        // Later records go on before the earlier ones are sent again.
        rig.Streams.Create("target", 2);
        var later = Put(rig, 10, from: 10);
        Assert.True(await rig.RunAsync(shard, rig.End));
        AssertExact(rig, later);
        var appends = 0;
        rig.Streams.OnAppend = _ => ++appends == 2 ? AppendFault.CrashAfter : AppendFault.None;
        await Assert.ThrowsAsync<CrashException>(() => rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None));
        var again = await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

        Assert.Equal(0, again.Left);
        Assert.Equal(new RedriveResult(0, 0), await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None));
        Assert.Equal(sent.Concat(later).Order(), rig.Streams.All("target").Select(r => (r.Key, r.Data)).Order());
    }

    [Fact]
    public async Task What_was_given_up_is_not_appended_by_a_redo_as_well()
    {
        await using var rig = Rig();
        var (shard, sent) = Put(rig, 3);
        rig.OnStep = at =>
        {
            if (at == "delivered" && rig.Store.Errors.Count > 0) throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        Assert.NotNull(rig.State.Intent);
        rig.OnStep = _ => { };
        rig.Streams.Create("target");

        Assert.True(await rig.RunAsync(shard, rig.State.Intent!.To));
        Assert.Empty(rig.Streams.All("target"));
        await rig.Redriver().RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

        AssertExact(rig, sent);
    }

    private static string DataOf(JsonElement error) => Encoding.UTF8.GetString(error.GetProperty("rawData").GetBytesFromBase64());

    private static DeliveryRig Rig(params ActorStreams.Pipelines.Firehose.Processing.IRecordStep[] steps) => new()
    {
        Steps = [.. steps],
        KeepsKeys = true,
        // A block of a few records, so that a batch is several appends.
        Loader = rig => new StreamLoader(
            rig.Streams, FakeStreams.Id("target"), $"{DeliveryRig.Definition.Name}/redrive", new StreamSinkOptions { Retry = A.Fast, BlockRecordsMax = 3 }, TimeProvider.System),
    };

    private static (ShardKey Shard, IReadOnlyList<(string Key, string Data)> Sent) Put(DeliveryRig rig, int count)
    {
        var shard = rig.Streams.Create("source").Shards[0].Key;
        return (shard, Put(rig, count, 0));
    }

    private static List<(string Key, string Data)> Put(DeliveryRig rig, int count, int from)
    {
        var records = Enumerable.Range(from, count).Select(i => (s_keys[i % 3], FormattableString.Invariant($"record {i:0000} of many"))).ToList();
        foreach (var five in records.Chunk(5)) rig.Streams.Put("source", five);
        return records;
    }

    private static async Task<int> RunToEndAsync(DeliveryRig rig, ShardKey shard, Loss loss)
    {
        var incarnations = 1;
        while (!await rig.RunAsync(shard, rig.End))
        {
            Assert.InRange(++incarnations, 2, 200);
            if (loss == Loss.Spool) rig.LoseSpool();
        }
        return incarnations;
    }

    private static void AssertExact(DeliveryRig rig, IEnumerable<(string Key, string Data)> sent)
    {
        var target = rig.Streams.All("target");
        foreach (var key in s_keys) Assert.Equal(sent.Where(r => r.Key == key).Select(r => r.Data), target.Where(r => r.Key == key).Select(r => r.Data));
        Assert.Equal(sent.Count(), target.Count);
    }
}
