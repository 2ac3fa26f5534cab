namespace ActorStreams.Pbm.Tests;

/// <summary>What commands that change something ask the endpoint for, and that they ask people first where nothing can be taken back.</summary>
public class ChangeSpecs
{
    private const string Second = "akka.tcp%3A%2F%2Factorstreams%4010.0.0.2%3A4053";

    public static TheoryData<string, string> Changes => new()
    {
        { "cluster leave 10.0.0.2:4053", $"DELETE /cluster/members/{Second}" },
        { "cluster leave -a akka.tcp://actorstreams@10.0.0.2:4053", $"DELETE /cluster/members/{Second}" },
        { "cluster leave", "DELETE /cluster/members/akka.tcp%3A%2F%2Factorstreams%4010.0.0.1%3A4053" },
        { "cluster down 10.0.0.2:4053 --yes", $"PUT /cluster/members/{Second} operation=Down" },
        { "cluster down --address 10.0.0.2:4053 -y", $"PUT /cluster/members/{Second} operation=Down" },
        { "stream create fresh --shards 4", """POST /streams/us-east-1 {"name":"fresh","shards":4,"mode":"Provisioned"}""" },
        { "stream create fresh", """POST /streams/us-east-1 {"name":"fresh","shards":null,"mode":"OnDemand"}""" },
        { "stream create fresh --on-demand --region eu-west-1", """POST /streams/eu-west-1 {"name":"fresh","shards":null,"mode":"OnDemand"}""" },
        { "stream split orders/1", """POST /streams/us-east-1/orders/split {"shard":"shardId-000000000001","newStartingHashKey":null}""" },
        { "stream split orders/1 --at 77", """POST /streams/us-east-1/orders/split {"shard":"shardId-000000000001","newStartingHashKey":"77"}""" },
        { "stream merge orders/1 orders/2", """POST /streams/us-east-1/orders/merge {"shard":"shardId-000000000001","adjacentShard":"shardId-000000000002"}""" },
        { "stream scale orders 8", """POST /streams/us-east-1/orders/scale {"shards":8}""" },
        { "stream delete orders --yes", "DELETE /streams/us-east-1/orders" },
        { "lease release orders/1 alerts", "POST /pipelines/alerts/leases/shardId-000000000001/release" },
        { "consumer reset alerts --at 2026-11-26T10:00:00+01:00 --yes", """POST /pipelines/alerts/reset {"at":"2026-11-26T09:00:00Z"}""" },
        { "consumer reset alerts --at trim_horizon --yes", """POST /pipelines/alerts/reset {"at":"TRIM_HORIZON"}""" },
        { "pipeline pause alerts", "POST /pipelines/alerts/pause" },
        { "pipeline resume alerts", "POST /pipelines/alerts/resume" },
        { "delivery redrive badges", "POST /deliveries/us-east-1/badges/redrive" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_is_asked_for_once_and_its_answer_printed(string line, string request)
    {
        await using var stub = await StartAsync(request);

        var run = await CommandRun.Async(stub, line.Split(' '));

        Assert.Equal(("", "Done as asked.\n", ExitCodes.Ok), (run.Error, run.Out, run.ExitCode));
        Assert.Equal(request, Assert.Single(stub.Requests, r => !r.StartsWith("GET", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task With_json_the_answer_to_a_change_is_printed_as_it_came(string line, string request)
    {
        await using var stub = await StartAsync(request);

        var run = await CommandRun.Async(stub, ["--json", .. line.Split(' ')]);

        Assert.Equal((StubEndpoint.Recorded("done"), ExitCodes.Ok), (run.Out, run.ExitCode));
    }

    [Theory]
    [InlineData("cluster down 10.0.0.2:4053", "PUT /cluster/members/" + Second, "akka.tcp://actorstreams@10.0.0.2:4053 (Up) is taken out of the cluster")]
    [InlineData("stream delete orders", "DELETE /streams/us-east-1/orders", "orders in us-east-1 goes with all of its records")]
    [InlineData("consumer reset alerts --at LATEST", "POST /pipelines/alerts/reset", "alerts starts again at LATEST")]
    public async Task What_cannot_be_taken_back_wants_a_yes(string line, string request, string question)
    {
        await using var stub = await StartAsync(request);
        var environment = new Dictionary<string, string> { ["PBM_ENDPOINT"] = stub.Address };

        var script = await CommandRun.WithAsync(line.Split(' '), environment);
        var refused = await CommandRun.WithAsync(line.Split(' '), environment, answers: "\n");
        Assert.DoesNotContain(stub.Requests, r => r.StartsWith(request, StringComparison.Ordinal));
        var confirmed = await CommandRun.WithAsync(line.Split(' '), environment, answers: "y\n");

        Assert.Equal(ExitCodes.WrongCommandLine, script.ExitCode);
        Assert.Contains("--yes", script.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        Assert.Contains("nothing was changed", refused.Error, StringComparison.Ordinal);
        Assert.Contains(question, refused.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, confirmed.ExitCode);
        Assert.Single(stub.Requests, r => r.StartsWith(request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cluster down 10.0.0.9:4053 --yes", "there is no member '10.0.0.9:4053'; there are 10.0.0.1:4053, 10.0.0.2:4053, 10.0.0.3:4053.")]
    [InlineData("lease release orders/7 alerts", "alerts has no lease on orders/7; it has orders/1, orders/0.")]
    [InlineData("lease show invoices/1 alerts", "alerts has no lease on invoices/1; it has orders/1, orders/0.")]
    [InlineData("shard why invoices/1 alerts", "alerts reads us-east-1/orders, not invoices.")]
    [InlineData("cluster-sharding stats nonsense", "there is no type 'nonsense'; there are shard, consumer.")]
    [InlineData("stream tail orders --shard 9", "orders has no shard shardId-000000000009; it has shardId-000000000000, shardId-000000000001, shardId-000000000002.")]
    public async Task What_is_not_there_is_refused_with_what_is_there(string line, string words)
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.Async(stub, line.Split(' '));

        Assert.Equal(ExitCodes.Refused, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Requests, r => !r.StartsWith("GET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_endpoint_s_refusal_is_told_in_its_words()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.OnText("POST", "/pipelines/alerts/reset", """{"message":"alerts runs; allowed is a reset while it is paused."}""", 409);

        var run = await CommandRun.Async(stub, "consumer", "reset", "alerts", "--at", "LATEST", "--yes");

        Assert.Equal((ExitCodes.Refused, "", "pbm consumer reset: alerts runs; allowed is a reset while it is paused.\n"), (run.ExitCode, run.Out, run.Error));
    }

    private static async Task<StubEndpoint> StartAsync(string request)
    {
        var stub = await StubEndpoint.StartRecordedAsync();
        var parts = request.Split(' ');
        stub.On(parts[0], parts[1], "done");
        return stub;
    }
}
