using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class DeliveryGraphSpecs
{
    [Fact]
    public async Task Each_record_is_in_one_object_and_the_objects_hold_what_the_buffer_may()
    {
        await using var rig = new DeliveryRig { BufferInterval = TimeSpan.FromMinutes(1) };
        var (shard, sent) = rig.Put(100);

        await rig.RunAsync(shard, new ShardPosition(12, 0));

        var lines = rig.Store.Lines;
        Assert.Equal(lines.Count, lines.Distinct().Count());
        Assert.Subset(sent.ToHashSet(), lines.ToHashSet());
        Assert.True(lines.Count >= 50, $"{lines.Count} lines were delivered.");
        // 200 bytes and the rest of the read that went past them.
        Assert.All(rig.Store.Objects.Values, o => Assert.InRange(o.Length, 200, 400));
    }

    [Fact]
    public async Task A_batch_that_is_old_enough_goes_out_however_small_it_is()
    {
        await using var rig = new DeliveryRig { BufferBytesMax = 1 << 20 };
        var (shard, sent) = rig.Put(5);

        await rig.RunAsync(shard, rig.End);

        Assert.Equal(sent, rig.Store.Lines);
    }

    [Fact]
    public async Task Records_that_fail_are_in_the_error_output_with_their_reason_and_the_others_go_on()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "fails"), ("k", "drops"), ("k", "two"), ("k", "bad format")]);

        await rig.RunAsync(shard, rig.End);

        Assert.Equal((5, 2), (rig.State.Counts.Records, rig.State.Counts.DeadLetters));
        Assert.Equal(["ONE", "TWO"], rig.Store.Lines.Order());
        var errors = rig.Store.Errors.Select(e => JsonDocument.Parse(e).RootElement).OrderBy(e => e.GetProperty("errorCode").GetString()).ToList();
        Assert.Equal(["DataFormatConversion.MalformedData", "Lambda.ProcessingFailedStatus"], errors.Select(e => e.GetProperty("errorCode").GetString()));
        Assert.Equal("fails"u8.ToArray(), errors[1].GetProperty("rawData").GetBytesFromBase64());
        Assert.Equal(2, errors[1].GetProperty("attemptsMade").GetInt32());
        Assert.Equal("column a is missing", errors[0].GetProperty("errorMessage").GetString());
    }

    [Theory]
    [InlineData("spooled")]
    [InlineData("intended")]
    [InlineData("write")]
    [InlineData("written")]
    [InlineData("delivered")]
    [InlineData("checkpointed")]
    public async Task A_crash_at_any_step_leaves_each_record_in_one_object_though_the_transform_answers_otherwise(string step)
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Fickle()] };
        var (shard, sent) = rig.Put(60);
        // Partitions are written side by side; some are there and some are not.
        var seen = 0;
        rig.OnStep = at =>
        {
            if (at == step && Interlocked.Increment(ref seen) % 7 == 1) throw new CrashException();
        };

        var incarnations = 1;
        while (!await rig.RunAsync(shard, rig.End)) Assert.InRange(++incarnations, 2, 200);

        Assert.True(incarnations > 1, "It never crashed.");
        Assert.Equal(sent.Order(), rig.Store.Lines.Select(l => l.Split('=')[0]).Order());
        Assert.Equal(60, rig.State.Counts.Records);
        // The last batch's stay until it is durable that it is delivered.
        Assert.InRange(Directory.EnumerateFiles(rig.SpoolFolder, "*", SearchOption.AllDirectories).Count(), 0, 5);
    }

    [Fact]
    public async Task A_batch_whose_spool_is_lost_is_made_again_under_its_names()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.ByLetter()] };
        var (shard, sent) = rig.Put(60);
        var written = 0;
        rig.OnStep = at =>
        {
            if (at == "write" && ++written == 2) throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        Assert.NotNull(rig.State.Intent);
        rig.LoseSpool();

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
    }

    [Theory]
    [InlineData("spooled")]
    [InlineData("intended")]
    [InlineData("write")]
    [InlineData("written")]
    [InlineData("delivered")]
    public async Task A_transform_that_answers_otherwise_leaves_each_record_in_one_object_though_every_crash_takes_the_spool(string step)
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Fickle(fails: true), new TestSteps.Picky()] };
        var (shard, sent) = rig.Put(60);
        // Partitions are written side by side; some are there and some are not.
        var seen = 0;
        rig.OnStep = at =>
        {
            // Not for ever: five reads may be done before a batch is old enough.
            if (at == step && Interlocked.Increment(ref seen) % 5 == 2 && seen < 200) throw new CrashException();
        };

        var incarnations = 1;
        while (!await rig.RunAsync(shard, rig.End))
        {
            Assert.InRange(++incarnations, 2, 200);
            rig.LoseSpool();
        }

        Assert.True(incarnations > 1, "It never crashed.");
        var failed = rig.Store.Errors.Select(e => Encoding.UTF8.GetString(JsonDocument.Parse(e).RootElement.GetProperty("rawData").GetBytesFromBase64())).ToList();
        Assert.Equal(sent.Order(), rig.Store.Lines.Select(l => l.Split('=')[0]).Concat(failed).Order());
        Assert.Equal((60, failed.Count), (rig.State.Counts.Records, rig.State.Counts.DeadLetters));
    }

    [Fact]
    public async Task A_node_that_comes_back_with_its_spool_takes_the_errors_that_another_wrote_meanwhile()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "fails")]);
        rig.OnStep = at =>
        {
            if (at == "write") throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        var spooled = Directory.EnumerateFiles(rig.SpoolFolder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
        rig.LoseSpool();
        rig.OnStep = at =>
        {
            if (at == "delivered" && rig.State.Intent is not null) throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        rig.LoseSpool();
        foreach (var (file, bytes) in spooled) await File.WriteAllBytesAsync(file, bytes);
        rig.OnStep = _ => { };

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["ONE"], rig.Store.Lines);
        Assert.Single(rig.Store.Errors);
        Assert.Single(await rig.Redriver().ListAsync(DeliveryRig.Definition, default));
    }

    [Fact]
    public async Task What_failed_is_noted_though_the_spool_went_between_the_object_and_its_note()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "fails")]);
        rig.OnStep = at =>
        {
            if (at == "written") throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        Assert.Single(rig.Store.Errors);
        Assert.Empty(await rig.Redriver().ListAsync(DeliveryRig.Definition, default));
        rig.LoseSpool();
        rig.OnStep = _ => { };

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Single(rig.Store.Errors);
        Assert.Single(await rig.Redriver().ListAsync(DeliveryRig.Definition, default));
    }

    [Fact]
    public async Task A_batch_that_was_made_again_with_other_bytes_and_cut_off_once_more_is_finished()
    {
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Uppercase()] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "fails"), ("k", "two")]);
        foreach (var step in (string[])["write", "delivered"])
        {
            var seen = 0;
            rig.OnStep = at =>
            {
                if (at == step && rig.State.Intent is not null && ++seen == 1) throw new CrashException();
            };
            Assert.False(await rig.RunAsync(shard, rig.End));
            Assert.NotNull(rig.State.Intent);
            rig.LoseSpool();
        }
        rig.OnStep = _ => { };

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["ONE", "TWO"], rig.Store.Lines.Order());
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task A_change_of_configuration_takes_effect_with_the_next_batch_and_not_in_a_redo()
    {
        await using var rig = new DeliveryRig();
        var (shard, sent) = rig.Put(60);
        var written = 0;
        rig.OnStep = at =>
        {
            if (at == "write" && ++written == 2) throw new CrashException();
        };
        await rig.RunAsync(shard, rig.End);
        var pending = rig.State.Intent!.Objects.Select(o => o.Key).ToList();
        rig.LoseSpool();

        await rig.RunAsync(shard, rig.End, DeliveryRig.Definition with { Version = 2 });

        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
        Assert.All(pending, key => Assert.StartsWith("v1/", key));
        Assert.All(pending, key => Assert.Contains(key, rig.Store.Objects.Keys));
        Assert.Contains(rig.Store.Objects.Keys, key => key.StartsWith("v2/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_destination_that_is_away_holds_the_source_back_and_loses_nothing()
    {
        await using var rig = new DeliveryRig();
        var (shard, sent) = rig.Put(60);
        var tries = 0;
        rig.OnStep = at =>
        {
            if (at == "write" && ++tries < 20) throw new DestinationAwayException("as told");
        };

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(sent.Order(), rig.Store.Lines.Order());
    }

    [Fact]
    public async Task What_failed_is_sent_again_exactly_once_however_often_it_is_asked_for()
    {
        var (isMended, log) = (false, new List<string>());
        await using var rig = new DeliveryRig { Steps = [new TestSteps.Moody(() => isMended)] };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        rig.Streams.Put("source", [("k", "one"), ("k", "two"), ("k", "three")]);
        await rig.RunAsync(shard, rig.End);
        Assert.Equal(["one"], rig.Store.Lines);
        var redriver = rig.Redriver();
        Assert.Equal(FailureKind.Records, Assert.Single(await redriver.ListAsync(DeliveryRig.Definition, CancellationToken.None)).Kind);
        isMended = true;

        // Cut off before it could note what it had done.
        rig.OnStep = at =>
        {
            if (at == "write" && log.Contains("written")) throw new CrashException();
            log.Add(at);
        };
        await Assert.ThrowsAsync<CrashException>(() => redriver.RedriveAsync(DeliveryRig.Definition, CancellationToken.None));
        rig.OnStep = _ => { };
        var redriven = await redriver.RedriveAsync(DeliveryRig.Definition, CancellationToken.None);
        var again = await redriver.RedriveAsync(DeliveryRig.Definition, CancellationToken.None);

        Assert.Equal((new RedriveResult(1, 0), new RedriveResult(0, 0)), (redriven, again));
        Assert.Equal(["one", "three", "two"], rig.Store.Lines.Order());
        Assert.Empty(await redriver.ListAsync(DeliveryRig.Definition, CancellationToken.None));
    }
}
