using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Hosting;

/// <summary>Clients that begin with HTTP/2 on the port where the others speak HTTP/1.1.</summary>
public sealed class Http2Specs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] ListStreams = "{ \"Limit\": 1 }"u8.ToArray();

    [Fact]
    public async Task Both_protocols_are_answered_on_one_port_and_by_the_host_that_has_it()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await using var other = await GatewayHost.StartAsync();
        await gateway.StreamAsync("here");
        await other.StreamAsync("there");
        using var client = Client();

        foreach (var (host, stream) in new[] { (gateway, "here"), (other, "there") })
        {
            foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
            {
                using var request = host.Request("ListStreams", ListStreams);
                request.Version = version;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
                using var response = await client.SendAsync(request);
                Assert.Equal((version, HttpStatusCode.OK), (response.Version, response.StatusCode));
                Assert.Contains(stream, await response.Content.ReadAsStringAsync());
            }
        }
    }

    [Theory]
    [InlineData(false, null, true)]
    [InlineData(true, null, true)]
    [InlineData(true, "elsewhere:4567", false)]
    [InlineData(false, "elsewhere:4567", false)]
    public async Task A_signature_covers_the_authority_under_either_name(bool asAuthority, string? signedFor, bool isAccepted)
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { AccessKeys = [GatewayHost.Key] });
        using var client = Client();
        using var request = Http2(gateway.Unsigned("ListStreams", ListStreams));
        KeyValuePair<string, string>[] headers =
        [
            new(asAuthority ? ":authority" : "host", signedFor ?? gateway.Address.Authority),
            new("x-amz-target", "Kinesis_20131202.ListStreams"),
        ];
        var (date, authorization) = new SigV4Signer(GatewayHost.Key, GatewayHost.Region, gateway.Time).Sign("POST", "/", headers, ListStreams);
        request.Headers.Add("X-Amz-Date", date);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await client.SendAsync(request);

        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(isAccepted ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        if (!isAccepted) Assert.Contains("InvalidSignatureException", body);
    }

    [Fact]
    public async Task A_hundred_requests_run_at_once_on_one_connection()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var connections = 0;
        using var client = Client(() => Interlocked.Increment(ref connections));
        var gate = new TaskCompletionSource();
        var contents = Enumerable.Range(0, 100).Select(_ => new GatedContent(ListStreams, gate.Task)).ToArray();

        var answers = contents.Select(content => SendAsync(gateway, client, content)).ToArray();
        await Task.WhenAll(contents.Select(c => c.HalfIsSent)).WaitAsync(Patience);
        gate.SetResult();

        Assert.All(await Task.WhenAll(answers).WaitAsync(Patience), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task The_largest_body_is_taken_and_a_larger_one_refused_without_ending_the_connection()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var connections = 0;
        using var client = Client(() => Interlocked.Increment(ref connections));
        var body = new byte[(16 * 1024 * 1024) + 1];
        Array.Fill(body, (byte)' ');
        "{}"u8.CopyTo(body);

        foreach (var (bytes, status) in new[] { (body[1..], 400), (body, 413), (ListStreams, 200) })
        {
            using var request = Http2(gateway.Request("ListStreams", bytes));
            using var response = await client.SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
        }
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task Stopping_says_goaway_and_waits_for_the_requests_in_flight()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { RequestsMax = 1 });
        using var idle = await ConnectAsync(gateway);
        await idle.GetStream().WriteAsync((byte[])[.. Http2Preface.Bytes, .. EmptySettings]);
        Assert.Equal(FrameType.Settings, await NextFrameAsync(idle));
        using var client = Client();
        var gate = new TaskCompletionSource();
        var answer = SendAsync(gateway, client, new GatedContent(ListStreams, gate.Task));
        // Refusing others, the server has it. One that it has not is the client's to send again, elsewhere.
        using var patience = new CancellationTokenSource(Patience);
        while ((await gateway.CallAsync("ListStreams", "{}")).Status != 503)
        {
            // Refused itself, since it came while one of these was there.
            if (answer.IsCompleted) answer = SendAsync(gateway, client, new GatedContent(ListStreams, gate.Task));
            Assert.False(patience.IsCancellationRequested, $"The request did not arrive within {Patience}.");
        }

        var stopping = gateway.StopAsync();

        while (await NextFrameAsync(idle) != FrameType.GoAway) { }
        Assert.False(stopping.IsCompleted);
        Assert.False(answer.IsCompleted);
        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, await answer.WaitAsync(Patience));
        await stopping.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(gateway, client, new GatedContent(ListStreams, Task.CompletedTask)));
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_client_that_has_said_nothing_yet()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var silent = await ConnectAsync(gateway);
        await silent.GetStream().WriteAsync("PRI"u8.ToArray());
        (await gateway.CallAsync("ListStreams", "{}")).AssertOk();

        await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("", await ReadToEndAsync(silent.GetStream()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r")]
    public async Task First_bytes_that_do_not_come_are_not_waited_for(string sent)
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { ConnectionsMax = 1 });
        using var slow = await ConnectAsync(gateway);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));

        var end = ReadToEndAsync(slow.GetStream());
        // The server may still be on its way to start the clock that this one drives.
        for (var i = 0; i < 1000 && !end.IsCompleted; i++)
        {
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(10));
        }

        Assert.Equal("", await end);
        await UntilAnsweredAsync(gateway);
    }

    [Theory]
    [InlineData("\0\u0001\u0002 garbage\r\n\r\n", "HTTP/1.1 400")]
    // A GOAWAY frame: Kestrel's HTTP/1.1 knows this request line.
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "\0\0\u0008\u0007\0")]
    [InlineData("PRI * HTTP", "")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnothing that is a frame of any kind", "")]
    public async Task Garbage_is_refused_and_the_connection_given_back(string sent, string expected)
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { ConnectionsMax = 1 });
        using (var client = await ConnectAsync(gateway))
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(sent));
            // To a client that has ended, Kestrel may or may not say why.
            if (expected.Length == 0) client.Client.Shutdown(SocketShutdown.Send);
            Assert.StartsWith(expected, await ReadToEndAsync(stream), StringComparison.Ordinal);
        }
        await UntilAnsweredAsync(gateway);
    }

    [Fact]
    public async Task Connections_reset_at_any_byte_of_the_preface_are_given_back()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { ConnectionsMax = 1 });
        var opening = (byte[])[.. Http2Preface.Bytes, .. EmptySettings];
        for (var length = 0; length <= opening.Length; length++)
        {
            using var client = await ConnectAsync(gateway);
            try
            {
                await client.GetStream().WriteAsync(opening.AsMemory(0, length));
            }
            catch (IOException)
            {
                // The one before it may still hold the only connection there is.
            }
            client.LingerState = new LingerOption(true, 0);
        }
        await UntilAnsweredAsync(gateway);
    }

    [Fact]
    public async Task A_request_given_up_midway_is_no_failure_of_ours_and_leaves_its_connection_whole()
    {
        var errors = new ConcurrentQueue<string>();
        using var listener = ListenForErrors(errors);
        await using var gateway = await GatewayHost.StartAsync();
        var connections = 0;
        using var client = Client(() => Interlocked.Increment(ref connections));
        for (var i = 0; i < 20; i++)
        {
            using var cancel = new CancellationTokenSource();
            var content = new GatedContent(ListStreams, Task.Delay(Timeout.Infinite, cancel.Token));
            using var request = Http2(gateway.Request("ListStreams", ListStreams));
            request.Content = content;
            var answer = client.SendAsync(request, cancel.Token);
            await content.HalfIsSent.WaitAsync(Patience);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }

        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, client, new GatedContent(ListStreams, Task.CompletedTask)));
        Assert.Equal(1, connections);
        Assert.DoesNotContain("InternalFailure", errors);
    }

    [Fact]
    public async Task A_body_that_trickles_is_cut_off()
    {
        var errors = new ConcurrentQueue<string>();
        using var listener = ListenForErrors(errors);
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { SlowClientGrace = TimeSpan.FromSeconds(1.5) });
        using var client = Client();
        var never = new TaskCompletionSource();

        var cut = await Record.ExceptionAsync(
            () => SendAsync(gateway, client, new GatedContent(ListStreams, never.Task)).WaitAsync(Patience));

        // The client calls it the one or the other, by what of it sees the end first.
        Assert.True(cut is HttpRequestException or OperationCanceledException, $"{cut}");
        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, client, new GatedContent(ListStreams, Task.CompletedTask)));
        Assert.DoesNotContain("InternalFailure", errors);
    }

    [Fact]
    public async Task An_answer_that_is_not_read_is_given_up()
    {
        // Room for one answer at a time.
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
        using var client = Client();
        using var request = Http2(gateway.Request("GetRecords", body));
        using var stalled = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stalled.StatusCode);

        using var patience = new CancellationTokenSource(Patience);
        while ((await gateway.CallAsync("GetRecords", Encoding.UTF8.GetString(body))).Status != 200)
            Assert.False(patience.IsCancellationRequested, $"The stalled answer still held its memory after {Patience}.");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => stalled.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Connections_are_bounded_for_both_protocols_together()
    {
        await using var gateway = await GatewayHost.StartAsync(new GatewayOptions { ConnectionsMax = 2 });
        using var client = Client();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, client, new GatedContent(ListStreams, Task.CompletedTask)));
        (await gateway.CallAsync("ListStreams", "{}")).AssertOk();

        using var third = await ConnectAsync(gateway);

        Assert.Equal("", await ReadToEndAsync(third.GetStream()));
    }

    // Other specs run beside this one; none of them makes the gateway fail on this operation.
    private static MeterListener ListenForErrors(ConcurrentQueue<string> errors)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == GatewayMetrics.MeterName && instrument.Name == "Requests") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var named = tags.ToArray().ToDictionary(t => t.Key, t => (string?)t.Value);
            if (named["Operation"] == "ListStreams") errors.Enqueue(named["Error"]!);
        });
        listener.Start();
        return listener;
    }

    private static ReadOnlySpan<byte> EmptySettings => [0, 0, 0, (byte)FrameType.Settings, 0, 0, 0, 0, 0];

    private static HttpRequestMessage Http2(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return request;
    }

    private static HttpClient Client(Action? onConnect = null) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancel) =>
        {
            onConnect?.Invoke();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private static async Task<HttpStatusCode> SendAsync(GatewayHost gateway, HttpClient client, GatedContent content)
    {
        using var request = Http2(gateway.Request("ListStreams", ListStreams));
        request.Content = content;
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHost gateway)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        return client;
    }

    // A connection that has ended is given back a moment later.
    private static async Task UntilAnsweredAsync(GatewayHost gateway)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                (await gateway.CallAsync("ListStreams", "{}")).AssertOk();
                return;
            }
            catch (HttpRequestException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(10);
            }
        }
    }

    private static async Task<FrameType> NextFrameAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(Patience);
        var head = new byte[9];
        await client.GetStream().ReadExactlyAsync(head, patience.Token);
        await client.GetStream().ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], patience.Token);
        return (FrameType)head[3];
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

    private enum FrameType : byte
    {
        Settings = 4,
        GoAway = 7,
    }
}
