using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport.DotNetty;

namespace ActorStreams.Clustering.Tls;

/// <summary>
/// Akka's remoting over TLS in which both sides show a certificate that the authority signed, and nothing else is listened to. Who connects
/// also checks that the other's certificate names the host it meant; who is connected to can't tell where from.
/// </summary>
public static class MutualTls
{
    /// <summary>For an actor system: the addresses of its members begin with <c>akka.ssl.tcp</c>.</summary>
    /// <exception cref="MemberCertificateException">The files can't be used.</exception>
    public static (Config Config, Setup Setup) ForActorSystem(ClusterTlsOptions options, string host, TimeProvider time)
    {
        // Not disposed of: every handshake needs it.
        var member = MemberCertificate.Read(options, time);
        if (member.Problem(host) is { } problem) throw new MemberCertificateException(problem);
        var setup = new DotNettySslSetup(
            member.Own, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: true,
            (certificate, chain, peer, errors, log) => Accepts(member, certificate, chain, peer, errors, log));
        return (ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.enable-ssl = on"), setup);
    }

    private static bool Accepts(
        MemberCertificate member, X509Certificate2? certificate, X509Chain? chain, string peer, SslPolicyErrors errors, ILoggingAdapter? log)
    {
        // The machine's own authorities count for nothing here, so that what they make of the chain does not either.
        var refusal = certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows no certificate."
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"its certificate, {certificate.Subject}, does not name that host."
            : member.Refuse(certificate, chain?.ChainPolicy.ExtraStore ?? []);
        if (refusal is null) return true;
        log?.Warning("Refused {0} between members: {1}", peer, refusal);
        return false;
    }
}
