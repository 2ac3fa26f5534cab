namespace ActorStreams.Node.Certificates;

/// <summary>
/// An authority of its own and a certificate that it signed for names of this machine, as PEM. The authority's key is thrown away: whoever
/// trusts it trusts this one certificate and no other that could ever be made.
/// </summary>
internal sealed record DevelopmentCertificate(string Authority, string Certificate, string PrivateKey)
{
    /// <summary>The names by which a machine knows itself.</summary>
    public static readonly IReadOnlyList<string> AlwaysNamed = ["localhost", "127.0.0.1", "::1"];

    /// <param name="hosts">More host names and IP addresses.</param>
    public static DevelopmentCertificate Create(IEnumerable<string> hosts, DateTimeOffset now)
    {
        using var authority = DevelopmentAuthority.Create("ActorStreams development", now);
        var (certificate, key) = authority.Sign([.. AlwaysNamed, .. hosts], [DevelopmentAuthority.ServerAuthentication], now);
        return new DevelopmentCertificate(authority.CertificatePem, certificate, key);
    }
}
