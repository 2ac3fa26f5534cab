using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ActorStreams.Management.Inspection;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.Management.Tests.Inspection;

/// <summary>The pages over real shards in this process.</summary>
public sealed class InspectionSpecs : IAsyncLifetime
{
    private const string Orders = "streams/eu-test-1/orders";
    private const string First = Orders + "/shards/shardId-000000000000";
    private static readonly StreamId s_orders = new("eu-test-1", "orders");
    private TestStore _store = null!;
    private ShardsHost _shards = null!;
    private ManagementHost _host = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.CreateAsync(StoreKind.Sqlite);
        _shards = await ShardsHost.StartAsync(_store.Options, new ShardOptions { TailBytesMax = 0 });
        _host = await ManagementHost.StartAsync(
            new ManagementOptions(),
            new StreamsPage(() => _shards.Client, () => _store.Store, TimeProvider.System), new StreamChangesPage(() => _shards.Streams),
            new RecordsPage(() => _shards.Streams), new VerifyPage(() => _shards.Streams, () => _store.Store, () => EncryptionKeys.None, TimeProvider.System));
    }

    [Fact]
    public async Task A_stream_is_created_scaled_split_merged_and_deleted()
    {
        Assert.Equal((200, "Creating the stream orders in region eu-test-1 with 2 shards"), await ChangeAsync(HttpMethod.Post, "streams/eu-test-1", new { name = "orders", shards = 2 }));
        Assert.Equal("There is a stream orders in region eu-test-1 already.", await RefusedAsync(409, "streams/eu-test-1", new { name = "orders", shards = 2 }));
        await ActiveAsync(2);

        Assert.Equal(200, (await ChangeAsync(HttpMethod.Post, Orders + "/scale", new { shards = 3 })).Status);
        await ActiveAsync(3);
        var open = (await StreamAsync()).GetProperty("shards").EnumerateArray().Where(s => !s.GetProperty("closed").GetBoolean())
            .OrderBy(s => UInt128.Parse(s.GetProperty("startingHashKey").GetString()!)).ToList();
        // Neighbours may be named in either order.
        Assert.Equal(200, (await ChangeAsync(HttpMethod.Post, Orders + "/merge", new { shard = Name(open[1]), adjacentShard = Name(open[0]) })).Status);
        await ActiveAsync(2);
        var (status, said) = await ChangeAsync(HttpMethod.Post, Orders + "/split", new { shard = Name(open[2]) });
        Assert.Equal(200, status);
        Assert.StartsWith($"Splitting {Name(open[2])} at ", said);
        await ActiveAsync(3);
        var parent = (await StreamAsync()).GetProperty("shards").EnumerateArray().Single(s => Name(s) == Name(open[2]));
        Assert.True(parent.GetProperty("closed").GetBoolean());
        Assert.Equal(2, parent.GetProperty("children").GetArrayLength());

        Assert.Equal((200, "Deleting the stream orders in region eu-test-1"), await ChangeAsync(HttpMethod.Delete, Orders));
        Assert.Equal(6, _host.Changes.Count);
    }

    [Fact]
    public async Task Orders_that_cannot_be_done_are_refused_by_what_is_allowed()
    {
        await CreateAsync(1);

        Assert.Contains("1 to 128 letters", await RefusedAsync(400, "streams/eu-test-1", new { name = "no spaces", shards = 1 }), StringComparison.Ordinal);
        Assert.Contains("shards is missing", await RefusedAsync(400, "streams/eu-test-1", new { name = "a", mode = "Provisioned" }), StringComparison.Ordinal);
        Assert.Contains("allowed are Provisioned and OnDemand", await RefusedAsync(400, "streams/eu-test-1", new { name = "a", mode = "Fast" }), StringComparison.Ordinal);
        Assert.Contains("name", await RefusedAsync(400, "streams/eu-test-1", new { shards = 1 }), StringComparison.Ordinal);
        Assert.Contains("not a region", await RefusedAsync(400, "streams/eu%20test", new { name = "a", shards = 1 }), StringComparison.Ordinal);
        Assert.Contains("allowed is 1 to 10000", await RefusedAsync(400, Orders + "/scale", new { shards = 0 }), StringComparison.Ordinal);
        Assert.Contains("room", await RefusedAsync(400, Orders + "/split", new { shard = "shardId-0", newStartingHashKey = "1" }), StringComparison.Ordinal);
        Assert.Contains("0 to 340282366920938463463374607431768211455", await RefusedAsync(400, Orders + "/split", new { shard = "0", newStartingHashKey = "-1" }), StringComparison.Ordinal);
        Assert.Contains("no shard 7; it has shardId-000000000000", await RefusedAsync(404, Orders + "/split", new { shard = "7" }), StringComparison.Ordinal);
        Assert.Contains("There is no stream nothing in region eu-test-1.", await RefusedAsync(404, "streams/eu-test-1/nothing/scale", new { shards = 2 }), StringComparison.Ordinal);
        Assert.Equal(404, (await _host.SendAsync(HttpMethod.Get, "streams/eu-test-1/nothing")).Status);
        Assert.Equal(404, (await _host.SendAsync(HttpMethod.Get, Orders + "/shards/shardId-1")).Status);
        Assert.Equal(400, (await _host.SendAsync(HttpMethod.Get, Orders + "/shards/x")).Status);
    }

    [Fact]
    public async Task A_shard_is_shown_with_its_owner_contents_and_rates()
    {
        var shard = await CreateAsync(1);
        for (var i = 0; i < 4; i++) await AppendAsync(shard, $"record {i}");

        var all = (await _host.SendAsync(HttpMethod.Get, "streams")).Body;
        var one = (await _host.SendAsync(HttpMethod.Get, First)).Body;

        Assert.Equal(Akka.Cluster.Cluster.Get(_shards.System).SelfAddress.ToString(), one.GetProperty("node").GetString());
        Assert.Equal((1L, 4L), (one.GetProperty("epoch").GetInt64(), one.GetProperty("records").GetInt64()));
        Assert.True(one.GetProperty("in").GetProperty("recordsPerSecond").GetDouble() > 0);
        Assert.True(one.GetProperty("bytes").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, one.GetProperty("unavailable").ValueKind);
        Assert.Equal(56, one.GetProperty("tipSequenceNumber").GetString()!.Length);
        var listed = Assert.Single(all.GetProperty("streams").EnumerateArray());
        Assert.Equal("ACTIVE", listed.GetProperty("status").GetString());
        Assert.Equal(Name(one), Name(listed.GetProperty("shards")[0]));
        Assert.True(all.GetProperty("storeBytes").GetInt64() > 0);
    }

    [Fact]
    public async Task Records_are_read_from_every_kind_of_position_and_continued_where_the_answer_ended()
    {
        var shard = await CreateAsync(1);
        for (var i = 0; i < 5; i++) await AppendAsync(shard, $"record {i}");

        var first = await RecordsAsync("limit=2");
        var second = await RecordsAsync($"from=AFTER_SEQUENCE_NUMBER&sequenceNumber={first.Next}&limit=2");
        var third = await RecordsAsync($"from=AFTER_SEQUENCE_NUMBER&sequenceNumber={second.Next}");
        var end = await RecordsAsync($"from=AFTER_SEQUENCE_NUMBER&sequenceNumber={third.Next}");
        var at = await RecordsAsync($"from=AT_SEQUENCE_NUMBER&sequenceNumber={second.Numbers[0]}&limit=1");
        var latest = await RecordsAsync("from=LATEST");
        await AppendAsync(shard, "later");
        var later = await RecordsAsync($"from=AFTER_SEQUENCE_NUMBER&sequenceNumber={latest.Next}");
        var timed = await RecordsAsync("from=AT_TIMESTAMP&timestamp=2020-01-01T00:00:00Z&limit=1");

        Assert.Equal((string[])["record 0", "record 1"], first.Data);
        Assert.Equal((string[])["record 2", "record 3"], second.Data);
        Assert.Equal((string[])["record 4"], third.Data);
        Assert.Empty(end.Data);
        Assert.Equal((string[])["record 2"], at.Data);
        Assert.Empty(latest.Data);
        Assert.Equal((string[])["later"], later.Data);
        Assert.Equal((string[])["record 0"], timed.Data);
    }

    [Theory]
    [InlineData("from=NOW", "TRIM_HORIZON")]
    [InlineData("from=AT_SEQUENCE_NUMBER&sequenceNumber=12", "56 digits")]
    [InlineData("from=AT_TIMESTAMP", "2026-01-31T12:00:00Z")]
    [InlineData("limit=0", "from 1 to 10000")]
    [InlineData("wait=21", "from 0 to 20")]
    public async Task A_wrong_question_for_records_is_answered_by_a_right_one(string query, string named)
    {
        await CreateAsync(1);

        var (status, body) = await _host.SendAsync(HttpMethod.Get, $"{First}/records?{query}");

        Assert.Equal(400, status);
        Assert.Contains(named, body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_verified_and_a_damaged_one_is_named()
    {
        var shard = await CreateAsync(1);
        for (var i = 0; i < 5; i++) await AppendAsync(shard, $"record {i}");

        var good = await VerifyAsync();
        using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Directory.GetFiles(_store.Options.DataDirectory, "*.db").Single()}"))
        {
            file.Open();
            using var damage = file.CreateCommand();
            damage.CommandText = $"UPDATE journal SET message = substr(message, 1, 60) || x'00' || substr(message, 62) WHERE persistence_id = '{shard.PersistenceId}' AND sequence_number = 4";
            Assert.Equal(1, damage.ExecuteNonQuery());
        }
        var bad = await VerifyAsync();

        Assert.True(good.GetProperty("ok").GetBoolean());
        Assert.Equal(5, good.GetProperty("records").GetInt64());
        Assert.False(bad.GetProperty("ok").GetBoolean());
        var problem = Assert.Single(bad.GetProperty("problems").EnumerateArray());
        Assert.Equal((4L, "checksum"), (problem.GetProperty("row").GetInt64(), problem.GetProperty("kind").GetString()));
        var (status, body) = await _host.SendAsync(HttpMethod.Get, $"{First}/records?from=TRIM_HORIZON&limit=10000");
        Assert.True(status == 200 || body.GetProperty("message").GetString()!.Contains("row 4", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _shards.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static string Name(JsonElement shard) => shard.GetProperty("shardId").GetString()!;

    private async Task<(int Status, string Message)> ChangeAsync(HttpMethod method, string path, object? order = null)
    {
        var (status, body) = await _host.SendAsync(method, path, order is null ? null : JsonContent.Create(order));
        return (status, body.GetProperty("message").GetString()!);
    }

    private async Task<string> RefusedAsync(int expected, string path, object order)
    {
        var (status, message) = await ChangeAsync(HttpMethod.Post, path, order);
        Assert.True(status == expected, $"{status}: {message}");
        return message;
    }

    private async Task<JsonElement> StreamAsync() => (await _host.SendAsync(HttpMethod.Get, Orders)).Body;

    private async Task ActiveAsync(int openShards)
    {
        for (var look = 0; look < 500; look++)
        {
            var stream = await StreamAsync();
            if (stream.TryGetProperty("status", out var status) && status.GetString() == "ACTIVE" && stream.GetProperty("openShards").GetInt32() == openShards) return;
            await Task.Delay(20);
        }
        Assert.Fail($"The stream does not become ACTIVE with {openShards} shards: {await StreamAsync()}");
    }

    private async Task<ShardKey> CreateAsync(int shards)
    {
        Assert.IsType<CreateStreamResult.Created>(await _shards.Streams.CreateStreamAsync(s_orders, shards, StreamConfiguration.Provisioned, default));
        await ActiveAsync(shards);
        return Assert.IsType<MapResult.Found>(await _shards.Streams.MapAsync(s_orders, default)).Map.Open[0].Key;
    }

    private async Task AppendAsync(ShardKey shard, string data)
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, System.Text.Encoding.UTF8.GetBytes(data));
        Assert.IsType<ShardProtocol.AppendReply.Appended>(await _shards.Streams.AppendAsync(s_orders, shard, block.Build(), null, default));
    }

    private async Task<(string[] Data, string[] Numbers, string? Next)> RecordsAsync(string query)
    {
        var (status, body) = await _host.SendAsync(HttpMethod.Get, $"{First}/records?{query}");
        Assert.True(status == 200, body.ToString());
        var records = body.GetProperty("records").EnumerateArray().ToList();
        return (
            [.. records.Select(r => System.Text.Encoding.UTF8.GetString(r.GetProperty("data").GetBytesFromBase64()))],
            [.. records.Select(r => r.GetProperty("sequenceNumber").GetString()!)],
            body.GetProperty("next").GetString());
    }

    private async Task<JsonElement> VerifyAsync()
    {
        using var response = await _host.Client.PostAsync(new Uri($"{First}/verify", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return JsonSerializer.Deserialize<JsonElement>(lines[^1]);
    }
}
