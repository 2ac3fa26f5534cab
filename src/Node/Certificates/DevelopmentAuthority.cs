using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorStreams.Node.Certificates;

/// <summary>An authority of one's own, for certificates of development.</summary>
internal sealed class DevelopmentAuthority : IDisposable
{
    /// <summary>What browsers and Apple's systems take at most.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(825);

    /// <summary>Clocks of machines differ.</summary>
    private static readonly TimeSpan Earlier = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;

    private DevelopmentAuthority(X509Certificate2 certificate) => _certificate = certificate;

    public static Oid ServerAuthentication => new("1.3.6.1.5.5.7.3.1", "serverAuth");

    public static Oid ClientAuthentication => new("1.3.6.1.5.5.7.3.2", "clientAuth");

    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>Whoever has it makes certificates that are trusted.</summary>
    public string PrivateKeyPem
    {
        get
        {
            using var key = _certificate.GetECDsaPrivateKey();
            return key!.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    public static DevelopmentAuthority Create(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} {now:yyyy-MM-dd}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new DevelopmentAuthority(request.CreateSelfSigned(now - Earlier, now + Lifetime));
    }

    /// <summary>Throws <see cref="CryptographicException"/> where these are not an authority's certificate and its key.</summary>
    public static DevelopmentAuthority Load(string certificatePem, string privateKeyPem)
    {
        try
        {
            return new DevelopmentAuthority(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem));
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException(e.Message, e);
        }
    }

    /// <summary>A certificate and its private key, as PEM.</summary>
    /// <param name="hosts">Host names and IP addresses; the first one is also its subject.</param>
    public (string Certificate, string PrivateKey) Sign(IReadOnlyList<string> hosts, IEnumerable<Oid> usages, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        request.CertificateExtensions.Add(Names(hosts));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        // Not before and not after its authority is valid.
        DateTimeOffset from = now - Earlier, to = now + Lifetime, first = _certificate.NotBefore, last = _certificate.NotAfter;
        using var certificate = request.Create(_certificate, from < first ? first : from, to > last ? last : to, serial);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Extension Names(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        return names.Build();
    }
}
