using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Gateway.Tls;

/// <summary>
/// How TLS connections are begun: with HTTP/2 or HTTP/1.1, as the client prefers, and the certificate of the files. These are looked at
/// again when a client connects, at most every ten seconds: what holds a new certificate takes its place, what can't be used is logged and
/// leaves the former one. Safe from any thread.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(10);

    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile Handshake _handshake;
    private byte[]? _refused;
    private long _lookedAt;
    private int _isLooking;

    /// <summary>Throws <see cref="CertificateException"/> when the files can't be used.</summary>
    public ServerCertificate(TlsOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _log = log;
        _lookedAt = time.GetTimestamp();
        _handshake = Read();
    }

    private sealed record Handshake(SslServerAuthenticationOptions Options, byte[] Digest);

    /// <summary>The same object as long as the certificate stays, which lets clients resume their sessions.</summary>
    public SslServerAuthenticationOptions Current()
    {
        LookAgain();
        return _handshake.Options;
    }

    private void LookAgain()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < LookAgainAfter || Interlocked.Exchange(ref _isLooking, 1) != 0) return;
        try
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            // Half of a pair may have been replaced by now, so what can't be used is looked at again.
            if (CertificateFiles.DigestNow(_options) is not { } digest || digest.AsSpan().SequenceEqual(_handshake.Digest)) return;
            try
            {
                _handshake = Read();
            }
            catch (CertificateException e)
            {
                if (_refused is { } refused && digest.AsSpan().SequenceEqual(refused)) return;
                _refused = digest;
                _log.LogError("The TLS certificate stays as it was; its files have changed and can't be used: {Problem}", e.Message);
            }
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private Handshake Read()
    {
        // Not disposed of: the handshakes need them.
        var files = CertificateFiles.Read(_options);
        var leaf = files.Leaf;
        _log.LogInformation("TLS certificate {Subject}, valid until {NotAfter:u}.", leaf.Subject, leaf.NotAfter.ToUniversalTime());
        if (leaf.NotAfter.ToUniversalTime() < _time.GetUtcNow().UtcDateTime) _log.LogWarning("The TLS certificate has expired; clients will refuse it.");
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, files.Others, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        return new Handshake(options, files.Digest);
    }
}
