using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Node.Tests.Durability;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Operations;

/// <summary>
/// A store in use: a pipeline, a load on its source, shards that were split and merged, an encrypted stream, a registered consumer. What was
/// seen of it at one moment is compared with what another store makes of it.
/// </summary>
internal sealed class LivingStore(KinesisHttp client)
{
    private const string Sealed = "sealed";
    private const string Call = "6f1c2f3e-0000-4000-8000-000000000001";

    private static readonly JsonObject RepeatedPut = new()
    {
        ["StreamName"] = Sealed,
        ["PartitionKey"] = "k",
        ["Data"] = Convert.ToBase64String("once"u8),
    };

    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>(AnomalyPipeline.Settings)
    {
        ["Encryption:Keys:orders"] = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()),
    };

    /// <summary>What a store held, and the tokens and calls that must go on elsewhere.</summary>
    /// <param name="Iterator">Stands behind the first record of the encrypted stream.</param>
    /// <param name="Repeated">The number that the repeated call was answered with.</param>
    public sealed record Seen(
        IReadOnlyList<StoredRecord> Source, IReadOnlyList<StoredRecord> Sealed, string Shards, string Consumers, string Iterator, string Repeated);

    /// <summary>Fills it; the load may go on meanwhile.</summary>
    public static async Task<RecordedLoad> FillAsync(KinesisHttp client)
    {
        await client.CreateStreamAsync(AnomalyPipeline.Source, 2);
        await client.ActiveAsync(AnomalyPipeline.Output);
        await client.ActiveAsync(AnomalyPipeline.DeadLetters);
        await client.CreateStreamAsync(Sealed, 1);
        (await client.CallAsync("StartStreamEncryption", new JsonObject { ["StreamName"] = Sealed, ["EncryptionType"] = "KMS", ["KeyId"] = "orders" })).Expect();
        await client.ActiveAsync(Sealed);
        for (var i = 0; i < 20; i++)
            (await client.CallAsync("PutRecord", new JsonObject { ["StreamName"] = Sealed, ["PartitionKey"] = "k", ["Data"] = Base64($"record {i}") })).Expect();
        var arn = (string)(await SummaryAsync(client))["StreamARN"]!;
        (await client.CallAsync("RegisterStreamConsumer", new JsonObject { ["StreamARN"] = arn, ["ConsumerName"] = "reader" })).Expect();

        var load = new RecordedLoad(client, AnomalyPipeline.Source, writers: 3, recordsPerSend: 10);
        await WriteAsync(load, () => load.AcknowledgedCount >= 400);
        await ScaleAsync(client, 4);
        await WriteAsync(load, () => load.AcknowledgedCount >= 800);
        await ScaleAsync(client, 3);
        await WriteAsync(load, () => load.AcknowledgedCount >= 1200);
        return load;
    }

    public async Task<Seen> LookAsync()
    {
        var repeated = await RepeatAsync();
        var at = new JsonObject { ["StreamName"] = Sealed, ["ShardId"] = "shardId-000000000000", ["ShardIteratorType"] = "TRIM_HORIZON" };
        var first = (string)(await client.CallAsync("GetShardIterator", at)).Expect()["ShardIterator"]!;
        var next = (await client.CallAsync("GetRecords", new JsonObject { ["ShardIterator"] = first, ["Limit"] = 1 })).Expect();
        return new Seen(
            await client.ReadAllAsync(AnomalyPipeline.Source), await client.ReadAllAsync(Sealed), await ShardsAsync(), await ConsumersAsync(),
            (string)next["NextShardIterator"]!, repeated);
    }

    /// <summary>Asserts that this store holds what that one did.</summary>
    public async Task IsAsync(Seen then)
    {
        Assert.Equal(then.Source.Select(Text), (await client.ReadAllAsync(AnomalyPipeline.Source)).Select(Text));
        await IsApartFromTheLoadAsync(then);
    }

    /// <summary>The same where the load went on.</summary>
    public async Task IsApartFromTheLoadAsync(Seen then)
    {
        Assert.Equal(then.Sealed.Select(Text), (await client.ReadAllAsync(Sealed)).Select(Text));
        Assert.Equal(then.Shards, await ShardsAsync());
        Assert.Equal(then.Consumers, await ConsumersAsync());
        var after = (await client.CallAsync("GetRecords", new JsonObject { ["ShardIterator"] = then.Iterator, ["Limit"] = 1 })).Expect();
        Assert.Equal(then.Sealed[1].SequenceNumber, (string?)after["Records"]![0]!["SequenceNumber"]);
        Assert.Equal(then.Repeated, await RepeatAsync());
    }

    /// <summary>Writes until it is so, and waits for what was begun.</summary>
    public static async Task WriteAsync(RecordedLoad load, Func<bool> enough)
    {
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(stop.Token);
        while (!enough() && !writing.IsCompleted) await Task.Delay(20);
        await stop.CancelAsync();
        await writing;
    }

    /// <summary>Asserts that the pipeline gave each alert once for what is stored.</summary>
    public static async Task PipelineIsExactAsync(KinesisHttp client)
    {
        var source = await client.ReadAllAsync(AnomalyPipeline.Source);
        var expected = AnomalyPipeline.Expected(source);
        Assert.NotEmpty(expected);
        Assert.Empty(AnomalyPipeline.Differences(source, await AnomalyPipeline.SettledAsync(client, expected.Count)));
        Assert.Empty(await client.ReadAllAsync(AnomalyPipeline.DeadLetters));
    }

    /// <summary>The same call, as an SDK tries it again.</summary>
    private async Task<string> RepeatAsync() => (string)(await client.CallAsync("PutRecord", RepeatedPut.DeepClone().AsObject(), Call)).Expect()["SequenceNumber"]!;

    private async Task<string> ShardsAsync() =>
        (await client.CallAsync("ListShards", new JsonObject { ["StreamName"] = AnomalyPipeline.Source })).Expect()["Shards"]!.ToJsonString();

    private async Task<string> ConsumersAsync()
    {
        var arn = (string)(await SummaryAsync(client))["StreamARN"]!;
        return (await client.CallAsync("ListStreamConsumers", new JsonObject { ["StreamARN"] = arn })).Expect().ToJsonString();
    }

    private static async Task ScaleAsync(KinesisHttp client, int shards)
    {
        var request = new JsonObject { ["StreamName"] = AnomalyPipeline.Source, ["TargetShardCount"] = shards, ["ScalingType"] = "UNIFORM_SCALING" };
        (await client.CallAsync("UpdateShardCount", request)).Expect();
        await client.ActiveAsync(AnomalyPipeline.Source);
    }

    private static async Task<JsonObject> SummaryAsync(KinesisHttp client) => (await client.CallAsync(
        "DescribeStreamSummary", new JsonObject { ["StreamName"] = AnomalyPipeline.Source })).Expect()["StreamDescriptionSummary"]!.AsObject();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(StoredRecord record) =>
        $"{record.Shard} {record.SequenceNumber} {record.PartitionKey} {Encoding.UTF8.GetString(record.Data)}";
}
