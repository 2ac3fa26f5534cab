using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ActorStreams.Gateway.Tls;

/// <summary>The files of a certificate can't be used; the message names the setting and what is wrong.</summary>
public sealed class CertificateException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A certificate with its private key, and those between it and its authority, as read from files.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private CertificateFiles(X509Certificate2 leaf, X509Certificate2Collection others, byte[] digest)
    {
        Leaf = leaf;
        Others = others;
        Digest = digest;
    }

    public X509Certificate2 Leaf { get; }

    public X509Certificate2Collection Others { get; }

    /// <summary>Of what the files held.</summary>
    public byte[] Digest { get; }

    /// <summary>Throws <see cref="CertificateException"/>.</summary>
    public static CertificateFiles Read(TlsOptions options)
    {
        var certificate = ReadFile(nameof(options.CertificatePath), options.CertificatePath);
        var key = options.KeyPath is { } path ? ReadFile(nameof(options.KeyPath), path) : null;
        return IsPem(certificate) ? FromPem(options, certificate, key) : FromPfx(options, certificate);
    }

    /// <summary>Digest of what the files hold now; null when they can't be read.</summary>
    public static byte[]? DigestNow(TlsOptions options)
    {
        try
        {
            var certificate = ReadFile(nameof(options.CertificatePath), options.CertificatePath);
            return DigestOf(certificate, options.KeyPath is { } path ? ReadFile(nameof(options.KeyPath), path) : null);
        }
        catch (CertificateException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Leaf.Dispose();
        foreach (var other in Others) other.Dispose();
    }

    private static CertificateFiles FromPem(TlsOptions options, byte[] certificate, byte[]? key)
    {
        var pem = Encoding.UTF8.GetString(certificate);
        var keyPem = key is null ? pem : Encoding.UTF8.GetString(key);
        var keyFile = options.KeyPath is { } path ? $"Tls:KeyPath {path}" : $"Tls:CertificatePath {options.CertificatePath}, without a Tls:KeyPath,";
        if (!keyPem.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) throw new CertificateException($"{keyFile} holds no PEM private key.");
        if (options.Password is null && keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new CertificateException($"{keyFile} holds an encrypted private key, and there is no Tls:Password.");
        try
        {
            var others = new X509Certificate2Collection();
            others.ImportFromPem(pem);
            if (others.Count == 0) throw new CertificateException($"Tls:CertificatePath {options.CertificatePath} holds no PEM certificate.");
            others[0].Dispose();
            others.RemoveAt(0);
            var leaf = options.Password is { } password
                ? X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password)
                : X509Certificate2.CreateFromPem(pem, keyPem);
            return new CertificateFiles(Usable(leaf), others, DigestOf(certificate, key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"Tls:CertificatePath {options.CertificatePath} and {keyFile} are no certificate and its private key: {e.Message}", e);
        }
    }

    private static CertificateFiles FromPfx(TlsOptions options, byte[] certificate)
    {
        var file = $"Tls:CertificatePath {options.CertificatePath}";
        if (options.KeyPath is not null) throw new CertificateException($"{file} is no PEM file, so that Tls:KeyPath can't belong to it.");
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(certificate, options.Password);
            var leaf = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CertificateException($"{file} holds no certificate with a private key.");
            all.Remove(leaf);
            return new CertificateFiles(leaf, all, DigestOf(certificate, null));
        }
        catch (CryptographicException e)
        {
            throw new CertificateException(
                $"{file} is neither a PEM file nor a PFX file that opens with {(options.Password is null ? "no Tls:Password" : "this Tls:Password")}: {e.Message}", e);
        }
    }

    /// <summary>The TLS of Windows takes no key that was never imported.</summary>
    private static X509Certificate2 Usable(X509Certificate2 leaf)
    {
        if (!OperatingSystem.IsWindows()) return leaf;
        using (leaf) return X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
    }

    private static byte[] ReadFile(string setting, string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateException($"Tls:{setting} {path} can't be read: {e.Message}", e);
        }
    }

    private static bool IsPem(byte[] bytes) => bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static byte[] DigestOf(byte[] certificate, byte[]? key) => SHA256.HashData([.. SHA256.HashData(certificate), .. key ?? []]);
}
