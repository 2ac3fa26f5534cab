using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Tls;

namespace ActorStreams.Gateway.Tests.Tls;

public sealed class TlsSpecs : IDisposable
{
    private readonly TestCertificate _files = new();

    public void Dispose() => _files.Dispose();

    private GatewayOptions Options => new() { TlsPort = 0, Tls = new TlsOptions { CertificatePath = _files.CertificatePath, KeyPath = _files.KeyPath } };

    [Fact]
    public async Task Both_protocols_are_answered_over_tls_and_clear_text_goes_on_beside_it()
    {
        _files.Write();
        await using var gateway = await GatewayHost.StartAsync(Options);
        await gateway.StreamAsync("here");
        using var client = Client();

        foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
        {
            using var request = gateway.Request("ListStreams", "{}"u8.ToArray(), address: gateway.TlsAddress);
            request.Version = version;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            using var response = await client.SendAsync(request);
            Assert.Equal((version, HttpStatusCode.OK), (response.Version, response.StatusCode));
            Assert.Contains("here", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("h2", "http/1.1", "h2")]
    [InlineData("http/1.1", null, "http/1.1")]
    [InlineData(null, null, "")]
    public async Task The_protocol_is_negotiated_and_old_tls_refused(string? first, string? second, string negotiated)
    {
        var thumbprint = _files.Write();
        await using var gateway = await GatewayHost.StartAsync(Options);

        using var stream = await HandshakeAsync(gateway, SslProtocols.None, first, second);

        Assert.Equal(negotiated, stream.NegotiatedApplicationProtocol.ToString());
        Assert.Contains(stream.SslProtocol, (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13]);
        Assert.Equal(thumbprint, stream.RemoteCertificate!.GetCertHashString());
#pragma warning disable SYSLIB0039, CA5397 // What is to be refused.
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(gateway, SslProtocols.Tls11, first, second));
#pragma warning restore SYSLIB0039, CA5397
    }

    [Fact]
    public async Task New_files_are_shown_to_the_next_clients_and_spoiled_ones_are_not()
    {
        var before = _files.Write();
        await using var gateway = await GatewayHost.StartAsync(Options);
        var after = _files.Write();
        Assert.Equal(before, await ShownAsync(gateway));
        gateway.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(after, await ShownAsync(gateway));

        await File.WriteAllTextAsync(_files.KeyPath, "spoiled");
        gateway.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(after, await ShownAsync(gateway));
        var last = _files.Write();
        gateway.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(last, await ShownAsync(gateway));
    }

    [Fact]
    public void Certificates_may_be_pem_pairs_encrypted_or_not_and_pfx_files()
    {
        _files.Write("secret");
        Assert.Empty(new TlsOptions { CertificatePath = _files.PfxPath, Password = "secret" }.Problems());
        Assert.Empty(new TlsOptions { CertificatePath = _files.CertificatePath, KeyPath = _files.KeyPath, Password = "secret" }.Problems());
        _files.Write();
        Assert.Empty(new TlsOptions { CertificatePath = _files.CertificatePath, KeyPath = _files.KeyPath }.Problems());
        File.AppendAllText(_files.CertificatePath, "\n" + File.ReadAllText(_files.KeyPath));
        Assert.Empty(new TlsOptions { CertificatePath = _files.CertificatePath }.Problems());
    }

    [Fact]
    public void Files_that_can_not_be_used_are_named_with_what_is_wrong()
    {
        _files.Write("secret");
        var pem = new TlsOptions { CertificatePath = _files.CertificatePath, KeyPath = _files.KeyPath };

        AssertProblem(pem with { CertificatePath = "/no/such/file" }, "Tls:CertificatePath /no/such/file can't be read: ");
        AssertProblem(pem with { KeyPath = "/no/such/file" }, "Tls:KeyPath /no/such/file can't be read: ");
        AssertProblem(pem with { KeyPath = null }, $"Tls:CertificatePath {_files.CertificatePath}, without a Tls:KeyPath, holds no PEM private key.");
        AssertProblem(pem, $"Tls:KeyPath {_files.KeyPath} holds an encrypted private key, and there is no Tls:Password.");
        AssertProblem(pem with { Password = "wrong" }, "are no certificate and its private key: ");
        AssertProblem(new TlsOptions { CertificatePath = _files.PfxPath }, "neither a PEM file nor a PFX file that opens with no Tls:Password: ");
        AssertProblem(new TlsOptions { CertificatePath = _files.PfxPath, KeyPath = _files.KeyPath, Password = "secret" }, "can't belong to it.");
        var other = File.ReadAllText(_files.CertificatePath);
        _files.Write();
        File.WriteAllText(_files.CertificatePath, other);
        AssertProblem(pem, "are no certificate and its private key: ");
        Assert.DoesNotContain("secret", (pem with { Password = "secret" }).ToString());

        static void AssertProblem(TlsOptions options, string problem) => Assert.Contains(problem, Assert.Single(options.Problems()));
    }

    [Fact]
    public void Settings_that_belong_together_are_asked_for()
    {
        var tls = new TlsOptions { CertificatePath = "c.pem" };

        Assert.Empty(new GatewayOptions { TlsPort = 4568, Tls = tls }.Problems());
        Assert.Contains("no Tls:CertificatePath", Assert.Single(new GatewayOptions { TlsPort = 4568 }.Problems()));
        Assert.Contains("no TlsPort", Assert.Single(new GatewayOptions { Tls = tls }.Problems()));
        Assert.Contains("is the Port", Assert.Single(new GatewayOptions { Port = 4568, TlsPort = 4568, Tls = tls }.Problems()));
        Assert.Contains("65535", Assert.Single(new GatewayOptions { TlsPort = 65_536, Tls = tls }.Problems()));
    }

    private static async Task<string> ShownAsync(GatewayHost gateway)
    {
        using var stream = await HandshakeAsync(gateway, SslProtocols.None, "h2", null);
        return stream.RemoteCertificate!.GetCertHashString();
    }

    private static async Task<SslStream> HandshakeAsync(GatewayHost gateway, SslProtocols protocols, string? first, string? second)
    {
        var client = new TcpClient();
        await client.ConnectAsync(gateway.TlsAddress.Host, gateway.TlsAddress.Port);
        var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ApplicationProtocols = first is null ? null : [.. ((string?[])[first, second]).OfType<string>().Select(p => new SslApplicationProtocol(p))],
            });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    });
}
