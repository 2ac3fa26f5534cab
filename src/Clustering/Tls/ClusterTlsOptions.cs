namespace ActorStreams.Clustering.Tls;

/// <summary>How members of a cluster prove to each other that they belong to it. Set on all of them or on none.</summary>
public sealed record ClusterTlsOptions
{
    /// <summary>PEM file of this member's certificate, which names <see cref="ClusterOptions.Host"/> and may be used by servers and clients.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM file of its private key, not encrypted.</summary>
    public required string KeyFile { get; init; }

    /// <summary>
    /// PEM file of the authority whose signature makes a member, several while it is being replaced, and of the authorities between it and the
    /// certificates if there are any.
    /// </summary>
    public required string AuthorityFile { get; init; }

    /// <summary>What keeps the files from being used, as sentences that name the setting; none when they can be.</summary>
    internal IReadOnlyList<string> Problems(string host, TimeProvider time)
    {
        try
        {
            using var files = MemberCertificate.Read(this, time);
            return files.Problem(host) is { } problem ? [problem] : [];
        }
        catch (MemberCertificateException e)
        {
            return [e.Message];
        }
    }
}
