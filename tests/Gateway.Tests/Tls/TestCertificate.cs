using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorStreams.Gateway.Tests.Tls;

/// <summary>Self-signed certificates for localhost in files of a temporary folder.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-tls-").FullName;

    public string CertificatePath => Path.Combine(_folder, "certificate.pem");

    public string KeyPath => Path.Combine(_folder, "key.pem");

    public string PfxPath => Path.Combine(_folder, "both.pfx");

    /// <summary>Writes a new pair; answers its thumbprint.</summary>
    public string Write(string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)));
        File.WriteAllBytes(PfxPath, certificate.Export(X509ContentType.Pkcs12, password));
        return certificate.Thumbprint;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
