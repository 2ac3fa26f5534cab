using System.Text;
using System.Text.Json;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>Puts of producers that say how far in their source each record stands.</summary>
public sealed class ProducerHeaderSpecs : GatewaySpecs
{
    private static readonly StreamId s_stream = new(GatewayHost.Region, "s");

    [Fact]
    public async Task Records_are_stored_once_however_they_are_batched_after_a_redo()
    {
        await Gateway.StreamAsync(shards: 3);

        Assert.Equal("0", Repeated(await PutAsync(1, 1, 2, 3, 4, 5)));
        Assert.Equal("3", Repeated(await PutAsync(1, 3, 4, 5, 6, 7, 8)));
        Assert.Equal("0", Repeated(await PutAsync(1, 9)));
        Assert.Equal("9", Repeated(await PutAsync(2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));

        Assert.Equal(Enumerable.Range(1, 10), await StoredAsync());
    }

    [Fact]
    public async Task A_repeated_record_is_answered_with_its_shard_alone()
    {
        await Gateway.StreamAsync();
        var first = (await PutAsync(1, 1, 2)).AssertOk();
        var second = (await PutAsync(1, 2, 3)).AssertOk();

        Assert.All(first["Records"]!.AsArray(), r => Assert.NotNull(r!["SequenceNumber"]));
        Assert.Equal("""{"ShardId":"shardId-000000000000"}""", second["Records"]![0]!.ToJsonString());
        Assert.NotNull(second["Records"]![1]!["SequenceNumber"]);
        Assert.Equal(0, (int)second["FailedRecordCount"]!);

        var one = await SendAsync("PutRecord", One(3), "agent", "1", "3");
        Assert.Equal("""{"ShardId":"shardId-000000000000"}""", one.AssertOk().ToJsonString());
        Assert.Equal("1", Repeated(one));
        Assert.NotNull((await SendAsync("PutRecord", One(4), "agent", "1", "4")).AssertOk()["SequenceNumber"]);
    }

    [Fact]
    public async Task One_position_may_stand_for_the_whole_request()
    {
        await Gateway.StreamAsync(shards: 3);

        for (var i = 0; i < 2; i++) (await SendAsync("PutRecords", Many(1, 2, 3), "agent", "1", "0x00ff")).AssertOk();
        (await SendAsync("PutRecords", Many(4, 5), "agent", "1", "0x0100")).AssertOk();

        Assert.Equal([1, 2, 3, 4, 5], await StoredAsync());
    }

    [Fact]
    public async Task What_was_stored_though_its_answer_was_lost_is_left_out()
    {
        var stream = await Gateway.StreamAsync(shards: 2);
        Gateway.Streams.LoseAnswer(stream.Shards[0].Key);
        Gateway.Streams.LoseAnswer(stream.Shards[1].Key);

        Assert.Equal(6, (int)(await PutAsync(1, 1, 2, 3, 4, 5, 6)).AssertOk()["FailedRecordCount"]!);
        Assert.Equal("6", Repeated(await PutAsync(1, 1, 2, 3, 4, 5, 6)));

        Assert.Equal([1, 2, 3, 4, 5, 6], await StoredAsync());
    }

    [Fact]
    public async Task Another_nodes_put_in_between_is_noticed()
    {
        var stream = await Gateway.StreamAsync();
        (await PutAsync(1, 1, 2)).AssertOk();
        var shard = stream.Shards[0].Key;
        var block = new RecordBlockBuilder();
        block.Add("k"u8, null, "3"u8);
        var ahead = new ProducerAppend("put:agent", 1, Position(2), Position(3));
        Assert.IsType<AppendReply.Appended>(await Gateway.Streams.AppendAsync(s_stream, shard, block.Build(), ahead, CancellationToken.None));

        Assert.Equal("1", Repeated(await PutAsync(1, 3, 4)));

        Assert.Equal([1, 2, 3, 4], await StoredAsync());
    }

    [Fact]
    public async Task Children_know_what_their_parents_stored()
    {
        await Gateway.StreamAsync(shards: 2);
        (await PutAsync(1, 1, 2, 3, 4, 5, 6)).AssertOk();
        Gateway.Streams.Split(s_stream, 0);
        Gateway.Streams.Merge(s_stream, 3, 1);

        Assert.Equal("4", Repeated(await PutAsync(1, 3, 4, 5, 6, 7, 8)));

        Assert.Equal(Enumerable.Range(1, 8), await StoredAsync());
    }

    [Fact]
    public async Task A_newer_epoch_shuts_out_the_older_one()
    {
        await Gateway.StreamAsync();
        (await PutAsync(1, 1)).AssertOk();
        (await PutAsync(2, 2)).AssertOk();

        var refused = await PutAsync(1, 3);

        Assert.Equal(400, refused.Status);
        Assert.Equal("ResourceInUseException", (string)refused.Json["__type"]!);
        Assert.Contains("2", (string)refused.Json["message"]!);
        Assert.Equal([1, 2], await StoredAsync());
    }

    [Theory]
    [InlineData(null, "1", "1", "x-actorstreams-producer, x-actorstreams-epoch and x-actorstreams-position come together; x-actorstreams-producer is missing.")]
    [InlineData("agent", null, "1", "x-actorstreams-producer, x-actorstreams-epoch and x-actorstreams-position come together; x-actorstreams-epoch is missing.")]
    [InlineData("agent", "1", null, "x-actorstreams-producer, x-actorstreams-epoch and x-actorstreams-position come together; x-actorstreams-position is missing.")]
    [InlineData("agent", "-1", "1", "x-actorstreams-epoch is an integer from 0 to 9223372036854775807; it is '-1'.")]
    [InlineData("agent", "1", "1,2,3", "x-actorstreams-position holds one position for all records or one for each; it holds 3 for 2 records.")]
    [InlineData("agent", "1", "2,2", "The positions in x-actorstreams-position rise from record to record; '2', the 2th, is not above the one before.")]
    [InlineData("agent", "1", "0x0", "A position in x-actorstreams-position is an integer from 0 to 18446744073709551615, or 0x and the hex digits of 1 to 64 bytes; '0x0' is neither.")]
    [InlineData("agent", "1", "ten", "A position in x-actorstreams-position is an integer from 0 to 18446744073709551615, or 0x and the hex digits of 1 to 64 bytes; 'ten' is neither.")]
    public async Task Headers_that_say_too_little_or_nothing_are_refused(string? name, string? epoch, string? position, string message)
    {
        await Gateway.StreamAsync();

        (await SendAsync("PutRecords", Many(1, 2), name, epoch, position)).AssertError("InvalidArgumentException", message);

        Assert.Empty(await StoredAsync());
    }

    private static string? Repeated(Answer answer)
    {
        answer.AssertOk();
        return answer.Headers.GetValueOrDefault("x-actorstreams-repeated");
    }

    private static ProducerPosition Position(byte number) => new(new byte[] { 0, 0, 0, 0, 0, 0, 0, number });

    private Task<Answer> PutAsync(int epoch, params int[] positions) =>
        SendAsync("PutRecords", Many(positions), "agent", $"{epoch}", string.Join(", ", positions));

    private static string One(int number) =>
        JsonSerializer.Serialize(new { StreamName = "s", PartitionKey = $"key-{number}", Data = GatewayHost.Base64($"{number}") });

    private static string Many(params int[] numbers) => JsonSerializer.Serialize(new
    {
        StreamName = "s",
        Records = numbers.Select(n => new { PartitionKey = $"key-{n}", Data = GatewayHost.Base64($"{n}") }),
    });

    private async Task<Answer> SendAsync(string operation, string body, string? name, string? epoch, string? position)
    {
        using var request = Gateway.Request(operation, Encoding.UTF8.GetBytes(body));
        foreach (var (header, value) in (ReadOnlySpan<(string, string?)>)[("producer", name), ("epoch", epoch), ("position", position)])
        {
            if (value is not null) request.Headers.TryAddWithoutValidation("x-actorstreams-" + header, value);
        }
        return await Gateway.SendAsync(request);
    }

    /// <summary>The numbers stored, in their order, each as often as it is there.</summary>
    private async Task<List<int>> StoredAsync()
    {
        var numbers = new List<int>();
        foreach (var shard in Gateway.Streams.Describe(s_stream).Shards)
        {
            var read = await Gateway.Streams.ReadAsync(shard.Key, ShardPosition.TrimHorizon, 10_000, 1 << 20, TimeSpan.Zero, CancellationToken.None);
            foreach (var slice in Assert.IsType<ReadResult.Records>(read).Slices) Add(slice, numbers);
        }
        numbers.Sort();
        return numbers;
    }

    private static void Add(BatchSlice slice, List<int> numbers)
    {
        foreach (var record in slice.Batch.RecordsFrom(slice.FromIndex)) numbers.Add(int.Parse(Encoding.UTF8.GetString(record.Data)));
    }
}
