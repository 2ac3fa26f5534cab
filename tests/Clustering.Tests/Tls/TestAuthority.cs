using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorStreams.Clustering.Tls;

namespace ActorStreams.Clustering.Tests.Tls;

/// <summary>An authority and the members' files that it signs, in a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly Oid s_server = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid s_client = new("1.3.6.1.5.5.7.3.2");
    private static int s_files;

    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-tls-").FullName;
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(Now.AddYears(-2), Now.AddYears(1));
        File = Write(_certificate.ExportCertificatePem());
    }

    public string File { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A member for this host, whose files are right unless told otherwise.</summary>
    public ClusterTlsOptions Member(string host = "127.0.0.1", bool isClientToo = true, int validDays = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(isClientToo ? [s_server, s_client] : [s_server], false));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        using var certificate = request.Create(_certificate, Now.AddYears(-1), Now.AddDays(validDays), RandomNumberGenerator.GetBytes(8));
        return new ClusterTlsOptions
        {
            CertificateFile = Write(certificate.ExportCertificatePem()),
            KeyFile = Write(key.ExportPkcs8PrivateKeyPem()),
            AuthorityFile = File,
        };
    }

    public string Write(string text)
    {
        var path = Path.Combine(_folder, $"{Interlocked.Increment(ref s_files)}.pem");
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
