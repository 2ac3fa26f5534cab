using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorStreams.Clustering.Tls;

/// <summary>The files of a member's certificate can't be used; the message names the setting and what is wrong.</summary>
public sealed class MemberCertificateException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A member's own certificate with its key, and the authority by which it knows the others.</summary>
internal sealed class MemberCertificate : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ClusterTlsOptions _options;
    private readonly TimeProvider _time;
    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _between = [];

    private MemberCertificate(ClusterTlsOptions options, TimeProvider time, X509Certificate2 own)
    {
        _options = options;
        _time = time;
        Own = own;
    }

    public X509Certificate2 Own { get; }

    /// <summary>Throws <see cref="MemberCertificateException"/> where a file holds something else; whether they belong together, <see cref="Problem"/> tells.</summary>
    public static MemberCertificate Read(ClusterTlsOptions options, TimeProvider time)
    {
        var certificate = ReadFile(nameof(options.CertificateFile), options.CertificateFile);
        var key = ReadFile(nameof(options.KeyFile), options.KeyFile);
        var authority = ReadFile(nameof(options.AuthorityFile), options.AuthorityFile);
        if (key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
            throw new MemberCertificateException($"Tls:{nameof(options.KeyFile)} {options.KeyFile} holds an encrypted private key; allowed is one without a password.");
        var member = new MemberCertificate(options, time, ReadPair(options, certificate, key));
        try
        {
            member.ReadAuthority(authority);
            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    /// <summary>What keeps this member from being taken for one by others that have the same authority; null when nothing does.</summary>
    public string? Problem(string host)
    {
        if (Refuse(Own, []) is { } refusal) return $"Tls:{nameof(_options.CertificateFile)} {_options.CertificateFile} is refused: {refusal}";
        return Own.MatchesHostname(host, allowWildcards: true, allowCommonName: false)
            ? null
            : $"Tls:{nameof(_options.CertificateFile)} {_options.CertificateFile} does not name this member's Host, '{host}', among its subject alternative names.";
    }

    /// <summary>Why a certificate is not that of a member; null when it is.</summary>
    /// <param name="sent">What was sent with it.</param>
    public string? Refuse(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_between);
        policy.ExtraStore.AddRange(sent);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        // Each member is both, and a certificate that was made for one of the two is some other server's or user's.
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        var valid = chain.Build(certificate);
        foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        if (valid) return null;
        var why = string.Join(' ', chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct());
        return $"{certificate.Subject}, valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, "
            + $"is not a member's certificate signed by the authority in {_options.AuthorityFile}: {why}";
    }

    public void Dispose()
    {
        Own.Dispose();
        foreach (var other in _roots.Concat(_between)) other.Dispose();
    }

    private void ReadAuthority(string pem)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new MemberCertificateException($"Tls:{nameof(_options.AuthorityFile)} {_options.AuthorityFile} is no PEM file of certificates: {e.Message}", e);
        }
        foreach (var one in all) (one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData) ? _roots : _between).Add(one);
        if (_roots.Count == 0)
            throw new MemberCertificateException($"Tls:{nameof(_options.AuthorityFile)} {_options.AuthorityFile} holds no certificate that signed itself, as an authority's does.");
    }

    private static X509Certificate2 ReadPair(ClusterTlsOptions options, string certificate, string key)
    {
        try
        {
            var pair = X509Certificate2.CreateFromPem(certificate, key);
            if (!OperatingSystem.IsWindows()) return pair;
            // The TLS of Windows takes no key that was never imported.
            using (pair) return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new MemberCertificateException(
                $"Tls:{nameof(options.CertificateFile)} {options.CertificateFile} and Tls:{nameof(options.KeyFile)} {options.KeyFile} are no PEM certificate and its private key: {e.Message}", e);
        }
    }

    private static string ReadFile(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new MemberCertificateException($"Tls:{setting} {path} can't be read: {e.Message}", e);
        }
    }
}
