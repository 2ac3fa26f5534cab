using System.Net;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Tests.Tls;
using ActorStreams.Gateway.Tls;

namespace ActorStreams.Gateway.Tests.FanOut;

/// <summary>Clients on real sockets that stop reading or go away.</summary>
public sealed class StalledClientSpecs : IDisposable
{
    private const int Records = 32;
    private readonly TestCertificate _files = new();

    public static TheoryData<string> Transports => ["http/1.1", "h2c", "h2c on one connection", "h2 over TLS"];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_client_that_takes_nothing_is_cut_off_and_another_goes_on(string transport)
    {
        await using var gateway = await StartAsync();
        var stalledArn = await SubscriptionClient.RegisterAsync(gateway, name: "stalled");
        var otherArn = await SubscriptionClient.RegisterAsync(gateway, name: "other");
        var shared = transport == "h2c on one connection" ? SubscriptionClient.Client() : null;
        using var stalled = await SubscribeAsync(gateway, stalledArn, transport, shared);
        using var other = await SubscribeAsync(gateway, otherArn, transport, shared);
        await ReadAllAsync(other);

        await UntilAsync(() => gateway.SubscriptionCount == 1, () => gateway.Time.Advance(TimeSpan.FromMilliseconds(500)));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await stalled.MessageAsync() is not null) { }
        });
        await gateway.PutAsync("after");
        var e = await other.EventAsync();
        while (e["Records"]!.AsArray().Count == 0) e = await other.EventAsync();
        Assert.Equal("after", SubscriptionClient.Text(e));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Clients_that_vanish_leave_nothing_behind(string transport)
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            var arn = await SubscriptionClient.RegisterAsync(gateway, name: $"c{i}");
            var client = await SubscribeAsync(gateway, arn, transport);
            // Some while they are sent to, some while they wait.
            if (i % 2 == 0) await ReadAllAsync(client);
            client.Dispose();
        }

        await UntilAsync(() => gateway.SubscriptionCount == 0 && gateway.Streams.WaitingReads == 0, () => { });
    }

    private async Task<GatewayHost> StartAsync()
    {
        _files.Write();
        var gateway = await GatewayHost.StartAsync(new GatewayOptions
        {
            TlsPort = 0,
            Tls = new TlsOptions { CertificatePath = _files.CertificatePath, KeyPath = _files.KeyPath },
        });
        await gateway.StreamAsync();
        var data = new string('x', 900_000);
        for (var i = 0; i < Records; i++) await gateway.PutAsync(data);
        return gateway;
    }

    private static Task<SubscriptionClient> SubscribeAsync(GatewayHost gateway, string arn, string transport, HttpClient? http = null) => SubscriptionClient.SubscribeAsync(
        gateway, SubscriptionClient.Body(arn), transport == "http/1.1" ? HttpVersion.Version11 : HttpVersion.Version20,
        transport == "h2 over TLS" ? gateway.TlsAddress : null, http);

    private static async Task ReadAllAsync(SubscriptionClient client)
    {
        for (var read = 0; read < Records;) read += (await client.EventAsync())["Records"]!.AsArray().Count;
    }

    private static async Task UntilAsync(Func<bool> condition, Action meanwhile)
    {
        using var patience = new CancellationTokenSource(SubscriptionClient.Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"Not within {SubscriptionClient.Patience}.");
            meanwhile();
            await Task.Delay(5);
        }
    }
}
