namespace ActorStreams.Gateway.Tls;

/// <summary>The certificate that the gateway shows on its TLS port. Files that change are read again without a restart.</summary>
public sealed record TlsOptions
{
    /// <summary>A PEM file (the certificate, then those between it and its authority) or a PFX file.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>PEM file of the private key; null, the default, where it is in the certificate's file, as in a PFX.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Of the PFX file or of the encrypted key; null, the default, for none.</summary>
    public string? Password { get; init; }

    /// <summary>What keeps the files from being used, as a sentence that names the setting; none when they can be.</summary>
    public IEnumerable<string> Problems()
    {
        string problem;
        try
        {
            using var files = CertificateFiles.Read(this);
            yield break;
        }
        catch (CertificateException e)
        {
            problem = e.Message;
        }
        yield return problem;
    }

    // A record would print the password too.
    public override string ToString() => $"{nameof(TlsOptions)} {{ {nameof(CertificatePath)} = {CertificatePath}, {nameof(KeyPath)} = {KeyPath} }}";
}
