using System.Net.Sockets;
using System.Text;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Wire;

namespace ActorStreams.Gateway.Tests.Hosting;

/// <summary>What clients that send too much, too little or too slowly meet.</summary>
public sealed class LimitSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_body_over_the_limit_is_refused_for_good_whether_or_not_its_length_is_announced()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var body = new byte[(16 * 1024 * 1024) + 1];
        Array.Fill(body, (byte)' ');
        using var announced = gateway.Request("PutRecords", body);
        using var chunked = gateway.Request("PutRecords", body);
        chunked.Headers.TransferEncodingChunked = true;

        foreach (var request in (HttpRequestMessage[])[announced, chunked])
        {
            (await gateway.SendAsync(request)).AssertError(
                "RequestEntityTooLargeException", "The request body is larger than 16777216 bytes.", 413);
        }
        using var largest = gateway.Request("PutRecords", [.. body.AsSpan(3), .. "{}"u8]);
        Assert.Equal("ValidationException", (string)(await gateway.SendAsync(largest)).Json["__type"]!);
    }

    [Fact]
    public async Task A_truncated_body_stores_nothing_and_is_no_failure_of_ours()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.StreamAsync();
        var body = Encoding.UTF8.GetBytes("{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"\"}");

        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(gateway, "PutRecord", body.Length, body));
        await stream.WriteAsync(body.AsMemory(0, 20));
        client.Client.Shutdown(SocketShutdown.Send);

        Assert.DoesNotContain(" 500 ", await ReadToEndAsync(stream));
        Assert.Equal(0, gateway.Streams.AppendCalls);
    }

    [Fact]
    public async Task A_body_that_trickles_is_cut_off()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { SlowClientGrace = TimeSpan.FromSeconds(1.5) });

        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(gateway, "PutRecord", 1000, []));

        // The server gives up by itself; nothing more is sent.
        Assert.Contains("408", await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Connections_are_bounded()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { ConnectionsMax = 2 });
        using var first = new TcpClient();
        using var second = new TcpClient();
        await first.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await second.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        // Both are counted once both have been answered.
        await AskAsync(gateway, first);
        await AskAsync(gateway, second);

        using var third = new TcpClient();
        await third.ConnectAsync(gateway.Address.Host, gateway.Address.Port);

        Assert.Equal("", await ReadToEndAsync(third.GetStream()));
    }

    [Fact]
    public async Task Requests_at_once_are_bounded_and_the_rest_is_told_to_try_again()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { RequestsMax = 1 });
        using var waiting = new TcpClient();
        await waiting.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await waiting.GetStream().WriteAsync(Head(gateway, "ListStreams", 2, "{}"u8.ToArray()));

        var refused = await UntilAsync(() => gateway.CallAsync("ListStreams", "{}"), a => a.Status != 200, "a refusal");

        refused.AssertError("ServiceUnavailable", "More than 1 requests are being worked on; try again.", 503);
        await waiting.GetStream().WriteAsync("{}"u8.ToArray());
        await UntilAsync(() => gateway.CallAsync("ListStreams", "{}"), a => a.Status == 200, "an answer");
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_cut_off_and_others_are_told_to_try_again_meanwhile()
    {
        // One answer at a time, and a stalled client is found out within seconds.
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions
        {
            AnswersBytesMax = 20 * 1024 * 1024,
            SlowClientBytesPerSecondMin = 4e6,
            SlowClientGrace = TimeSpan.FromSeconds(2),
        });
        await gateway.StreamAsync();
        var data = Convert.ToBase64String(new byte[(1024 * 1024) - 1]);
        for (var i = 0; i < 10; i++)
            (await gateway.CallAsync("PutRecord", new { StreamName = "s", PartitionKey = "k", Data = data })).AssertOk();
        var body = Encoding.UTF8.GetBytes($"{{\"ShardIterator\":\"{await gateway.IteratorAsync()}\"}}");
        using var stalled = new TcpClient { ReceiveBufferSize = 4096 };
        await stalled.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await stalled.GetStream().WriteAsync((byte[])[.. Head(gateway, "GetRecords", body.Length, body), .. body]);
        // Its answer has begun, so it is this one that the others wait for.
        await stalled.GetStream().ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience);

        var get = () => gateway.CallAsync("GetRecords", Encoding.UTF8.GetString(body));

        (await UntilAsync(get, a => a.Status != 200, "a refusal"))
            .AssertError("ServiceUnavailable", "Too many answers are on their way; try again.", 503);
        await UntilAsync(get, a => a.Status == 200, "an answer");
    }

    [Fact]
    public void Bodies_in_memory_are_bounded_together()
    {
        var budget = new BodyBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        budget.Return(60);
        Assert.True(budget.TryTake(60));
    }

    [Fact]
    public void Settings_that_cannot_work_are_all_named()
    {
        Assert.Empty(new GatewayOptions().Problems());
        Assert.Empty(new GatewayOptions { AccessKeys = [GatewayHost.Key] }.Problems());
        var wrong = new GatewayOptions
        {
            Port = 70_000,
            AccountId = "1",
            ConnectionsMax = 0,
            RequestsMax = 0,
            RequestBodyBytesMax = 1,
            RequestBodiesBytesMax = 0,
            AnswersBytesMax = 0,
            SlowClientBytesPerSecondMin = -1,
            SlowClientGrace = TimeSpan.Zero,
            RequestHeadTimeout = TimeSpan.Zero,
            KeepAliveTimeout = TimeSpan.Zero,
            Http2StreamsMax = 0,
            Http2PingDelay = TimeSpan.Zero,
            Http2PingTimeout = TimeSpan.Zero,
            AccessKeys = [new AccessKey("a", "") { AccountId = "12" }, new AccessKey("a", "b") { UserName = "a/b" }],
        };
        Assert.Equal(18, wrong.Problems().Count());
    }

    private static async Task AskAsync(GatewayHost gateway, TcpClient client)
    {
        await client.GetStream().WriteAsync(Head(gateway, "ListStreams", 2, "{}"u8.ToArray()));
        await client.GetStream().WriteAsync("{}"u8.ToArray());
        var answer = new byte[1];
        await client.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(Patience);
    }

    private static async Task<Answer> UntilAsync(Func<Task<Answer>> call, Func<Answer, bool> isExpected, string expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await call();
            if (isExpected(answer)) return answer;
            Assert.False(patience.IsCancellationRequested, $"Within {Patience} there came no {expected}, but {answer}.");
        }
    }

    private static byte[] Head(GatewayHost gateway, string operation, int length, byte[] body)
    {
        KeyValuePair<string, string>[] headers =
            [new("host", gateway.Address.Authority), new("x-amz-target", "Kinesis_20131202." + operation)];
        var (date, authorization) = new SigV4Signer(GatewayHost.Key, GatewayHost.Region, gateway.Time).Sign("POST", "/", headers, body);
        return Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\nX-Amz-Target: Kinesis_20131202.{operation}\r\nX-Amz-Date: {date}\r\n"
            + $"Authorization: {authorization}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {length}\r\n\r\n");
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(Patience);
        }
        catch (IOException)
        {
            // The server may end a connection with a reset.
            return "";
        }
    }
}
