using System.Net;
using System.Net.Sockets;
using ActorStreams.TestKit;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Pbm.Tests;

/// <summary>Endpoints that are away, not ready, elsewhere, or want to know who asks.</summary>
public class EndpointSpecs
{
    [Fact]
    public async Task An_endpoint_that_is_away_is_named_with_the_reason_and_what_to_check()
    {
        var port = FreePorts.Take(1)[0];

        var run = await CommandRun.WithAsync(["cluster", "show", "--endpoint", $"http://127.0.0.1:{port}"]);

        Assert.Equal((ExitCodes.Unreachable, ""), (run.ExitCode, run.Out));
        Assert.StartsWith($"pbm cluster show: cannot reach http://127.0.0.1:{port}: connection refused, nothing listens there.\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("Check that a node runs there and that --endpoint or PBM_ENDPOINT names its management port", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_endpoints_that_are_away_each_is_named()
    {
        var ports = FreePorts.Take(2);

        var run = await CommandRun.WithAsync(["stream", "list", "--endpoint", $"127.0.0.1:{ports[0]},http://localhost:{ports[1]}/"]);

        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains($"cannot reach any of 2 endpoints:\n  http://127.0.0.1:{ports[0]}: connection refused", run.Error, StringComparison.Ordinal);
        Assert.Contains($"\n  http://localhost:{ports[1]}: connection refused", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_endpoint_is_asked_when_one_is_away_or_not_ready()
    {
        await using var starting = await StubEndpoint.StartAsync();
        starting.OnText("GET", "/cluster/members", """{"message":"The cluster is not there yet."}""", 503);
        await using var ready = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(["cluster", "show", "--endpoint", $"http://127.0.0.1:{FreePorts.Take(1)[0]},{starting.Address},{ready.Address}"]);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("Count: 3 nodes", run.Out, StringComparison.Ordinal);
        Assert.Single(starting.Requests);
    }

    [Fact]
    public async Task A_change_goes_to_the_next_endpoint_when_the_first_is_away()
    {
        await using var ready = await StubEndpoint.StartRecordedAsync();
        ready.On("POST", "/pipelines/alerts/pause", "done");

        var run = await CommandRun.WithAsync(["pipeline", "pause", "alerts", "--endpoint", $"http://127.0.0.1:{FreePorts.Take(1)[0]},{ready.Address}"]);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_change_that_may_have_arrived_is_not_made_twice_and_its_outcome_called_unknown()
    {
        await using var dying = await StubEndpoint.StartAsync();
        dying.On("POST", "/pipelines/alerts/pause", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var ready = await StubEndpoint.StartRecordedAsync();

        var run = await CommandRun.WithAsync(["pipeline", "pause", "alerts", "--endpoint", $"{dying.Address},{ready.Address}"]);

        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains($"{dying.Address} took the request and did not answer", run.Error, StringComparison.Ordinal);
        Assert.Contains("may have been made or not", run.Error, StringComparison.Ordinal);
        Assert.Empty(ready.Requests);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_is_given_up()
    {
        await using var silent = await StubEndpoint.StartAsync();
        silent.On("GET", "/streams", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

        var run = await CommandRun.WithAsync(["stream", "list", "--endpoint", silent.Address, "--timeout", "200ms"]);

        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains($"cannot reach {silent.Address}: no answer within 0.2 s.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>hello</html>", 200)]
    [InlineData("""{"__type":"UnknownOperationException"}""", 404)]
    [InlineData("", 500)]
    public async Task Another_server_is_not_taken_for_a_management_endpoint(string body, int status)
    {
        await using var other = await StubEndpoint.StartAsync();
        other.OnText("GET", "/cluster/members", body, status);

        var run = await CommandRun.Async(other, "cluster", "show", "--json");

        Assert.Equal((ExitCodes.Unreachable, ""), (run.ExitCode, run.Out));
        Assert.Contains($"{other.Address} answered {status}, but not as a management endpoint does", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_speak_http_is_called_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answer = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().ReadAtLeastAsync(new byte[10], 10);
            await client.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
        });

        var run = await CommandRun.WithAsync(["cluster", "show", "--endpoint", $"http://{listener.LocalEndpoint}"]);

        await answer;
        Assert.Equal(ExitCodes.Unreachable, run.ExitCode);
        Assert.Contains("does not speak HTTP", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_not_ready_says_what_it_waits_for()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.On("GET", "/ready", "not-ready", 503);
        stub.OnText("GET", "/cluster/members", """{"message":"The cluster is not there yet."}""", 503);

        var run = await CommandRun.Async(stub, "cluster", "status");
        var json = await CommandRun.Async(stub, "cluster", "status", "--json");

        Assert.Equal(ExitCodes.Partial, run.ExitCode);
        Assert.Contains("Ready:    no\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("cluster    sees 1 of 3 nodes, no majority\n", run.Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Partial, StubEndpoint.Recorded("not-ready")), (json.ExitCode, json.Out));
    }

    [Fact]
    public async Task What_is_not_there_yet_has_an_exit_code_of_its_own()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.OnText("GET", "/leases", """{"message":"The pipelines are not there yet."}""", 503);

        var run = await CommandRun.Async(stub, "lease", "list");

        Assert.Equal((ExitCodes.Partial, "", "pbm lease list: The pipelines are not there yet.\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Shards_without_an_answer_are_shown_and_told_by_the_exit_code()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.On("GET", "/streams", "streams-with-gap");
        stub.On("GET", "/streams/us-east-1/orders", "stream-with-gap");

        var list = await CommandRun.Async(stub, "stream", "list");
        var show = await CommandRun.Async(stub, "stream", "show", "orders");
        var json = await CommandRun.Async(stub, "stream", "show", "orders", "--json");

        Assert.Equal((ExitCodes.Partial, StubEndpoint.Recorded("stream-with-gap").Trim()), (json.ExitCode, json.Out.Trim()));
        Assert.Equal((ExitCodes.Partial, "1 shard did not answer; figures are missing.\n"), (list.ExitCode, list.Error));
        Assert.Equal(ExitCodes.Partial, show.ExitCode);
        Assert.Contains("orders/2  no answer  -", show.Out, StringComparison.Ordinal);
        Assert.Contains("orders/2: the shard's owner did not answer within 5 s\n", show.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_whose_regions_are_not_told_are_named_with_the_reason()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.OnText("GET", "/cluster/shards", """{"types":[{"type":"shard","regions":[],"unavailable":"The coordinator did not answer within 3 s."}]}""");

        var run = await CommandRun.Async(stub, "cluster-sharding", "list-regions");

        Assert.Equal((ExitCodes.Partial, "shard: The coordinator did not answer within 3 s.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task The_token_comes_from_the_option_the_file_or_the_environment()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "from-file\n");
        var environment = new Dictionary<string, string> { ["PBM_ENDPOINT"] = stub.Address, ["PBM_TOKEN"] = "from-environment" };

        await CommandRun.WithAsync(["cluster", "show"], environment);
        Assert.Equal("Bearer from-environment", stub.Authorization);
        await CommandRun.WithAsync(["cluster", "show", "--token", "from-option"], environment);
        Assert.Equal("Bearer from-option", stub.Authorization);
        await CommandRun.WithAsync(["cluster", "show", "--token-file", file], environment);
        Assert.Equal("Bearer from-file", stub.Authorization);
        await CommandRun.Async(stub, "cluster", "show");
        Assert.Equal("", stub.Authorization ?? "");

        File.Delete(file);
    }

    [Fact]
    public async Task An_endpoint_that_wants_a_token_is_named_with_how_to_give_one()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.OnText("GET", "/cluster/members", """{"message":"A bearer token is needed."}""", 401);

        var run = await CommandRun.Async(stub, "cluster", "show");

        Assert.Equal(ExitCodes.Refused, run.ExitCode);
        Assert.Contains($"{stub.Address} wants a token: A bearer token is needed. Give it with --token-file, --token or PBM_TOKEN.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_lists_each_problem_and_fails()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.On("POST", "/streams/us-east-1/orders/shards/shardId-000000000001/verify", "verify-problems");

        var run = await CommandRun.Async(stub, "shard", "verify", "orders/1");

        Assert.Equal(ExitCodes.Refused, run.ExitCode);
        Assert.Contains("Result:  5 problems\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("733  gap       row 732 is missing\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("801  checksum  stored 1f2e3d4c, computed 00000000\nand 3 more\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verify_that_cannot_go_on_tells_why()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.OnText(
            "POST", "/streams/us-east-1/orders/shards/shardId-000000000001/verify",
            "{\"row\":700,\"of\":1207,\"records\":1,\"problemsTotal\":0}\n{\"message\":\"The store does not answer: away\"}\n");

        var run = await CommandRun.Async(stub, "shard", "verify", "orders/1");

        Assert.Equal((ExitCodes.Partial, "", "pbm shard verify: The store does not answer: away\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Rows_that_could_not_be_opened_are_not_called_verified()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.OnText("POST", "/streams/us-east-1/orders/shards/shardId-000000000001/verify", """{"rows":4,"records":0,"bytes":0,"firstRow":1,"lastRow":4,"unopened":4,"problems":[],"problemsTotal":0,"ok":true}""");

        var run = await CommandRun.Async(stub, "shard", "verify", "orders/1");

        Assert.Equal(ExitCodes.Partial, run.ExitCode);
        Assert.Contains("4 rows could not be opened", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_were_given_up_before_they_were_read_are_told()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.OnText("GET", "/streams/us-east-1/orders/shards/shardId-000000000001/records", """{"records":[],"next":"1","behindMs":0,"gap":"The records of rows 1 to 3 were given up."}""");

        var run = await CommandRun.Async(stub, "shard", "read", "orders/1");

        Assert.Equal((ExitCodes.Ok, "", "orders/1: The records of rows 1 to 3 were given up.\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task A_verify_that_breaks_off_is_no_result()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        stub.On("POST", "/streams/us-east-1/orders/shards/shardId-000000000001/verify", async context =>
        {
            // With more announced than comes, the connection breaks after the line.
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{\"row\":500,\"of\":900,\"records\":1,\"problemsTotal\":0}\n");
        });

        var run = await CommandRun.Async(stub, "shard", "verify", "orders/1");

        Assert.Equal((ExitCodes.Partial, ""), (run.ExitCode, run.Out));
        Assert.Contains("broke off at row 500 without a result", run.Error, StringComparison.Ordinal);
    }
}
