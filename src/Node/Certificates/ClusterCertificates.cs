using System.Security.Cryptography;
using ActorStreams.Hosting;

namespace ActorStreams.Node.Certificates;

/// <summary>
/// <c>actorstreams certificate --node NAME</c>: certificates by which the members of a cluster know each other, and the authority that signs
/// them, which is used again for further nodes.
/// </summary>
internal static class ClusterCertificates
{
    /// <summary>Throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> and <see cref="CryptographicException"/>.</summary>
    public static int Write(string folder, IReadOnlyList<string> nodes, IReadOnlyList<string> hosts, bool force, DateTimeOffset now)
    {
        var (ca, caKey) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "ca-key.pem"));
        if (!force && nodes.SelectMany(n => new[] { CertificateOf(folder, n), KeyOf(folder, n) }).FirstOrDefault(File.Exists) is { } there)
        {
            Console.Error.WriteLine($"actorstreams certificate: {there} is there already. Nothing was written; --force replaces it.");
            return ExitCodes.Failed;
        }
        if (File.Exists(ca) != File.Exists(caKey))
        {
            Console.Error.WriteLine(
                $"actorstreams certificate: {(File.Exists(ca) ? ca : caKey)} is there without {(File.Exists(ca) ? caKey : ca)}, so that nothing can be signed. Choose another folder.");
            return ExitCodes.Failed;
        }
        var isNew = !File.Exists(ca);
        using var authority = isNew
            ? DevelopmentAuthority.Create("ActorStreams cluster", now)
            : DevelopmentAuthority.Load(File.ReadAllText(ca), File.ReadAllText(caKey));
        if (isNew)
        {
            PemFile.Write(caKey, authority.PrivateKeyPem, isSecret: true);
            PemFile.Write(ca, authority.CertificatePem, isSecret: false);
        }
        foreach (var node in nodes)
        {
            var (certificate, key) = authority.Sign(
                [node, .. DevelopmentCertificate.AlwaysNamed, .. hosts],
                [DevelopmentAuthority.ServerAuthentication, DevelopmentAuthority.ClientAuthentication], now);
            PemFile.Write(KeyOf(folder, node), key, isSecret: true);
            PemFile.Write(CertificateOf(folder, node), certificate, isSecret: false);
        }
        Console.WriteLine(
            $"""
            {(isNew ? "Written" : "Signed by the authority that was there, and written")} to {folder}: {string.Join(", ", nodes.Select(n => $"{FileName(n)}.pem, {FileName(n)}-key.pem"))}.
            Each node gets its own two files and ca.pem. Whoever has ca-key.pem can make members: no node needs it.

            On {nodes[0]}:
              --set "Cluster:Tls:CertificateFile={CertificateOf(folder, nodes[0])}" --set "Cluster:Tls:KeyFile={KeyOf(folder, nodes[0])}" --set "Cluster:Tls:AuthorityFile={ca}"
            """);
        return ExitCodes.Ok;
    }

    private static string CertificateOf(string folder, string node) => Path.Combine(folder, $"{FileName(node)}.pem");

    private static string KeyOf(string folder, string node) => Path.Combine(folder, $"{FileName(node)}-key.pem");

    // Of an IPv6 address.
    private static string FileName(string node) => node.Replace(':', '-');
}
