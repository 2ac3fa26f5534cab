using System.Text.Json;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>What the source gives up before it is delivered is told in the error output. Each record that is put is a row of its own.</summary>
public sealed class RetentionGapSpecs
{
    [Fact]
    public async Task What_was_given_up_before_it_was_read_is_told_with_its_first_and_last_number()
    {
        await using var rig = new DeliveryRig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a", "b");
        Assert.True(await rig.RunAsync(shard, rig.End));
        Put(rig, "c", "d", "e", "f");
        var numbers = rig.Streams.All("source").ToDictionary(r => r.Data, r => r.Number);
        rig.Streams.Trim("source", 0, numbers["d"].Row);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["a", "b", "e", "f"], rig.Store.Lines.Order());
        var gap = JsonDocument.Parse(Assert.Single(rig.Store.Errors)).RootElement;
        Assert.StartsWith("errors/retention-gap/", Assert.Single(rig.Store.Objects.Keys, k => k.StartsWith("errors/", StringComparison.Ordinal)));
        Assert.Equal("Retention.Exceeded", gap.GetProperty("errorCode").GetString());
        Assert.Equal("shardId-000000000000", gap.GetProperty("shardId").GetString());
        Assert.Equal(numbers["c"].ToString(), gap.GetProperty("firstLostSequenceNumber").GetString());
        Assert.True(SequenceNumber.TryParse(gap.GetProperty("lastLostSequenceNumber").GetString(), out var last));
        Assert.True(last >= numbers["d"] && last < numbers["e"], $"{last} does not end the gap.");
        Assert.True(gap.GetProperty("nextArrivalTimestamp").GetInt64() <= gap.GetProperty("noticedTimestamp").GetInt64(), "It was noticed too early.");
        Assert.Equal(1, rig.Gaps);
        Assert.Empty(await rig.Redriver().ListAsync(DeliveryRig.Definition, CancellationToken.None));
    }

    [Fact]
    public async Task What_was_delivered_before_it_was_given_up_is_no_gap()
    {
        await using var rig = new DeliveryRig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a", "b");
        Assert.True(await rig.RunAsync(shard, rig.End));
        var delivered = rig.End;
        Put(rig, "c");
        rig.Streams.Trim("source", 0, delivered.Row);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["a", "b", "c"], rig.Store.Lines.Order());
        Assert.Empty(rig.Store.Errors);
        Assert.Equal(0, rig.Gaps);
    }

    [Fact]
    public async Task A_destination_that_is_away_for_too_long_costs_what_the_source_gave_up_and_says_what_that_was()
    {
        await using var rig = new DeliveryRig();
        // More than is read ahead.
        var (shard, sent) = rig.Put(1_500);
        var (tries, trimmedTo) = (0, rig.Streams.All("source")[^8].Number.Row);
        rig.OnStep = at =>
        {
            if (at != "write" || ++tries >= 20) return;
            if (tries == 10) rig.Streams.Trim("source", 0, trimmedTo);
            throw new Pipelines.Firehose.Destinations.DestinationAwayException("as told");
        };

        Assert.True(await rig.RunAsync(shard, rig.End));

        // All that was read before is there, with what is told to be lost it makes the whole.
        var gap = JsonDocument.Parse(Assert.Single(rig.Store.Errors)).RootElement;
        Assert.True(SequenceNumber.TryParse(gap.GetProperty("firstLostSequenceNumber").GetString(), out var first));
        var lostRecords = (int)((trimmedTo - first.Row + 1) * 5) - first.Index;
        Assert.Equal(sent.Count, rig.Store.Lines.Count + lostRecords);
        Assert.Equal(rig.Store.Lines.Count, rig.Store.Lines.Distinct().Count());
    }

    [Theory]
    [InlineData("spooled")]
    [InlineData("intended")]
    [InlineData("write")]
    [InlineData("written")]
    [InlineData("delivered")]
    public async Task A_crash_at_any_step_leaves_the_gap_told_once(string step)
    {
        await using var rig = new DeliveryRig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a", "b");
        Assert.True(await rig.RunAsync(shard, rig.End));
        Put(rig, "c", "d", "e");
        rig.Streams.Trim("source", 0, rig.End.Row - 1);
        var seen = 0;
        rig.OnStep = at =>
        {
            if (at == step && ++seen == 1) throw new CrashException();
        };

        while (!await rig.RunAsync(shard, rig.End)) rig.LoseSpool();

        Assert.Equal(1, Math.Min(seen, 1));
        Assert.Equal(["a", "b", "e"], rig.Store.Lines.Order());
        Assert.Single(rig.Store.Errors);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_made_again_whole_tells_what_is_missing_and_nothing_beyond_it()
    {
        await using var rig = new DeliveryRig { BufferInterval = TimeSpan.FromMinutes(1), BufferBytesMax = 4 };
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a", "b", "c", "d");
        rig.OnStep = at =>
        {
            if (at == "write") throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        var pending = rig.State.Intent!;
        rig.LoseSpool();
        var numbers = rig.Streams.All("source").ToDictionary(r => r.Data, r => r.Number);
        rig.Streams.Trim("source", 0, numbers["b"].Row);
        rig.OnStep = _ => { };

        Assert.True(await rig.RunAsync(shard, pending.To));

        Assert.Equal(["c", "d"], rig.Store.Lines.Order());
        var gap = JsonDocument.Parse(Assert.Single(rig.Store.Errors)).RootElement;
        Assert.Equal(numbers["a"].ToString(), gap.GetProperty("firstLostSequenceNumber").GetString());
        Assert.Contains("made again", gap.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, rig.Gaps);
    }

    [Fact]
    public async Task A_batch_that_is_gone_with_what_follows_it_is_told_apart_from_that()
    {
        await using var rig = new DeliveryRig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a", "b");
        rig.OnStep = at =>
        {
            if (at == "write") throw new CrashException();
        };
        Assert.False(await rig.RunAsync(shard, rig.End));
        rig.LoseSpool();
        rig.OnStep = _ => { };
        Put(rig, "c", "d", "e");
        var numbers = rig.Streams.All("source").ToDictionary(r => r.Data, r => r.Number);
        rig.Streams.Trim("source", 0, numbers["d"].Row);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.Equal(["e"], rig.Store.Lines);
        var firsts = rig.Store.Errors.Select(e => JsonDocument.Parse(e).RootElement.GetProperty("firstLostSequenceNumber").GetString()).Order();
        Assert.Equal([numbers["a"].ToString(), numbers["c"].ToString()], firsts);
        Assert.Equal(2, rig.Gaps);
    }

    [Fact]
    public async Task A_closed_shard_that_was_given_up_to_its_end_is_told_too()
    {
        await using var rig = new DeliveryRig();
        var shard = rig.Streams.Create("source").Shards[0].Key;
        Put(rig, "a");
        Assert.True(await rig.RunAsync(shard, rig.End));
        Put(rig, "b", "c");
        var end = rig.End;
        rig.Streams.Split("source", 0);
        rig.Streams.Trim("source", 0, end.Row);

        await rig.RunAsync(shard, end);

        Assert.Single(rig.Store.Errors);
    }

    private static void Put(DeliveryRig rig, params string[] records)
    {
        foreach (var record in records) rig.Streams.Put("source", "k", record);
    }
}
