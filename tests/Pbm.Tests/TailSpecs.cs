using System.Text;
using Microsoft.AspNetCore.Http;

namespace ActorStreams.Pbm.Tests;

/// <summary>Following a stream: through splits, with an end, over outages.</summary>
public class TailSpecs
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Children_follow_when_their_parent_has_been_read_to_its_end()
    {
        await using var stub = await StubEndpoint.StartAsync();
        var isSplit = false;
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(isSplit ? [Shard(0, closed: true), Shard(1, 0), Shard(2, 0)] : [Shard(0)])));
        stub.On("GET", Records(0), context => context.Response.WriteAsync(From(context) switch
        {
            "LATEST" => Page([("10", "a", "one")], "10"),
            // The shard is split now, and its last record comes with its end.
            _ => Splits(() => isSplit = true, Page([("11", "a", "two")], null)),
        }));
        stub.On("GET", Records(1), context => context.Response.WriteAsync(Page([("20", "a", From(context))], null)));
        stub.On("GET", Records(2), context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

        var run = await CommandRun.Async(stub, "stream", "tail", "orders", "--limit", "3");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            ["2026-11-26T10:00:00.000Z  orders/0  a  one", "2026-11-26T10:00:00.000Z  orders/0  a  two", "2026-11-26T10:00:00.000Z  orders/1  a  TRIM_HORIZON"],
            run.Out.Trim().Split('\n'));
        Assert.Contains(stub.Requests, r => r.Contains("shardId-000000000000/records?from=AFTER_SEQUENCE_NUMBER&sequenceNumber=10&limit=1000&wait=10", StringComparison.Ordinal));

        static string Splits(Action split, string page)
        {
            split();
            return page;
        }
    }

    [Fact]
    public async Task From_the_latest_closed_shards_are_not_read()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(Shard(0, closed: true), Shard(1, 0))));
        stub.On("GET", Records(1), context => context.Response.WriteAsync(Page([("20", "k", From(context))], "20")));

        var run = await CommandRun.Async(stub, "stream", "tail", "orders", "--limit", "1", "--json");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("\"shardId\":\"shardId-000000000001\"", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Requests, r => r.Contains("shardId-000000000000/records", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_shard_is_followed_to_its_end()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(Shard(0, closed: true), Shard(1, 0), Shard(2, 0))));
        stub.On("GET", Records(0), context => context.Response.WriteAsync(Page([("10", "k", From(context))], null)));

        var run = await CommandRun.Async(stub, "stream", "tail", "orders", "--shard", "0", "--from", "2026-11-26 08:00");

        Assert.Equal((ExitCodes.Ok, "", "2026-11-26T10:00:00.000Z  orders/0  k  AT_TIMESTAMP\n"), (run.ExitCode, run.Error, run.Out));
        Assert.Contains(stub.Requests, r => r.Contains("from=AT_TIMESTAMP&timestamp=2026-11-26T08%3A00%3A00Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_is_told_and_waited_for()
    {
        await using var stub = await StubEndpoint.StartAsync();
        var asked = 0;
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(Shard(0))));
        stub.On("GET", Records(0), async context =>
        {
            if (Interlocked.Increment(ref asked) == 2)
            {
                context.Response.StatusCode = 503;
                await context.Response.WriteAsync("""{"message":"The shard moves."}""");
                return;
            }

            await context.Response.WriteAsync(Page([($"{asked}0", "k", From(context))], $"{asked}0"));
        });

        var run = await CommandRun.Async(stub, "stream", "tail", "orders", "--limit", "2");

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal("pbm stream tail: waits: The shard moves.\npbm stream tail: goes on.\n", run.Error);
        Assert.Equal(2, run.Out.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task Ctrl_c_is_how_a_tail_ends()
    {
        await using var stub = await StubEndpoint.StartAsync();
        using var stop = new CancellationTokenSource();
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(Shard(0))));
        stub.On("GET", Records(0), async context =>
        {
            await stop.CancelAsync();
            await context.Response.WriteAsync(Page([], "10"));
        });

        var run = await CommandRun.WithAsync(["stream", "tail", "orders"], new() { ["PBM_ENDPOINT"] = stub.Address }, cancel: stop.Token).WaitAsync(s_patience);

        Assert.Equal((ExitCodes.Ok, "", ""), (run.ExitCode, run.Error, run.Out));
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_ends_it()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.On("GET", "/streams/us-east-1/orders", context => context.Response.WriteAsync(Stream(Shard(0))));
        stub.On("GET", Records(0), context => context.Response.WriteAsync(Page([("10", "k", "v")], "10")));

        var run = await CommandRun.WithAsync(["stream", "tail", "orders"], new() { ["PBM_ENDPOINT"] = stub.Address }, output: new ClosedPipe()).WaitAsync(s_patience);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_stream_that_is_not_there_ends_it_at_once()
    {
        await using var stub = await StubEndpoint.StartAsync();
        stub.OnText("GET", "/streams/us-east-1/orders", """{"message":"There is no stream orders in us-east-1."}""", 404);

        var run = await CommandRun.Async(stub, "stream", "tail", "orders");

        Assert.Equal((ExitCodes.Refused, "pbm stream tail: There is no stream orders in us-east-1.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Lag_is_watched_until_ctrl_c()
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        using var stop = new CancellationTokenSource();
        var looks = 0;
        stub.On("GET", "/leases", async context =>
        {
            if (Interlocked.Increment(ref looks) == 3) await stop.CancelAsync();
            await context.Response.WriteAsync(StubEndpoint.Recorded("leases"));
        });

        var run = await CommandRun.WithAsync(
            ["consumer", "lag", "--watch", "--interval", "10ms"], new() { ["PBM_ENDPOINT"] = stub.Address }, cancel: stop.Token).WaitAsync(s_patience);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal(3, run.Out.Split(", every 0.01 s, ctrl-C ends").Length - 1);
        Assert.Contains("alerts: 1 m 35 s behind at most\n", run.Out, StringComparison.Ordinal);
    }

    private static string Records(int shard) => $"/streams/us-east-1/orders/shards/shardId-{shard:D12}/records";

    private static string From(HttpContext context) => context.Request.Query["from"].ToString();

    private static string Stream(params string[] shards) => $$"""{"region":"us-east-1","name":"orders","status":"ACTIVE","mode":"Provisioned","shards":[{{string.Join(",", shards)}}]}""";

    private static string Shard(int number, int? parent = null, bool closed = false) =>
        $$"""{"shardId":"shardId-{{number:D12}}","parents":[{{(parent is null ? "" : $"\"shardId-{parent:D12}\"")}}],"closed":{{(closed ? "true" : "false")}}}""";

    private static string Page((string SequenceNumber, string Key, string Data)[] records, string? next)
    {
        var each = records.Select(r =>
            $$"""{"sequenceNumber":"{{r.SequenceNumber}}","partitionKey":"{{r.Key}}","arrival":"2026-11-26T10:00:00Z","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(r.Data))}}"}""");
        return $$"""{"records":[{{string.Join(",", each)}}],"next":{{(next is null ? "null" : $"\"{next}\"")}},"behindMs":0}""";
    }

    /// <summary>As a pipe whose other end is gone.</summary>
    private sealed class ClosedPipe : TextWriter
    {
        /// <summary>As the system calls a reader that has gone.</summary>
        private const int EPipe = 32;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("Broken pipe", EPipe);

        public override void WriteLine(string? value) => throw new IOException("Broken pipe", EPipe);
    }
}
