using System.CommandLine;
using System.Security.Cryptography;
using ActorStreams.Hosting;

namespace ActorStreams.Node.Certificates;

/// <summary><c>actorstreams certificate</c>: what TLS on a developer's machine needs, in one command.</summary>
internal static class CertificateCommand
{
    public static Command Build()
    {
        var folder = new Option<string>("--out") { Description = "Folder to write the PEM files to", Required = true, HelpName = "DIR" };
        var hosts = new Option<string[]>("--host")
        {
            Description = "A further host name or IP address of the node, beside localhost, 127.0.0.1 and ::1; may be repeated",
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var nodes = new Option<string[]>("--node")
        {
            Description = "Instead: makes a certificate for a member of a cluster under this host name or IP address, and the authority if DIR has none; may be repeated",
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var force = new Option<bool>("--force") { Description = "Replace files that are there" };
        hosts.Validators.Add(option =>
        {
            foreach (var token in option.Tokens.Where(t => !IsName(t.Value)))
                option.AddError($"--host {token.Value}: allowed is a host name, *. and a host name, or an IP address.");
        });
        nodes.Validators.Add(option =>
        {
            foreach (var token in option.Tokens.Where(t => t.Value.StartsWith('*') || !IsName(t.Value)))
                option.AddError($"--node {token.Value}: allowed is a host name or an IP address.");
        });
        var command = new Command("certificate", "Makes certificates for development: TLS for this machine, trusted by whom you tell to, or between the nodes of a cluster.")
        {
            folder, hosts, nodes, force,
        };
        command.SetAction(parsed => Run(
            Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetValue(hosts) ?? [], parsed.GetValue(nodes) ?? [], parsed.GetValue(force), TimeProvider.System));
        return command;
    }

    private static bool IsName(string host) =>
        Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) is not (UriHostNameType.Unknown or UriHostNameType.Basic);

    private static int Run(string folder, string[] hosts, string[] nodes, bool force, TimeProvider clock)
    {
        var (ca, certificate, key) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        try
        {
            Directory.CreateDirectory(folder);
            if (nodes.Length > 0) return ClusterCertificates.Write(folder, nodes, hosts, force, clock.GetUtcNow());
            if (!force && ((string[])[ca, certificate, key]).FirstOrDefault(File.Exists) is { } there)
            {
                Console.Error.WriteLine($"actorstreams certificate: {there} is there already. Nothing was written; --force replaces it.");
                return ExitCodes.Failed;
            }
            var made = DevelopmentCertificate.Create(hosts, clock.GetUtcNow());
            // The key first: who finds a certificate finds its key.
            PemFile.Write(key, made.PrivateKey, isSecret: true);
            PemFile.Write(certificate, made.Certificate, isSecret: false);
            PemFile.Write(ca, made.Authority, isSecret: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Console.Error.WriteLine($"actorstreams certificate: {e.Message}");
            return ExitCodes.Failed;
        }
        Console.WriteLine(
            $"""
            Written to {folder}: ca.pem, certificate.pem, key.pem (for your eyes only).

            The node, on https://localhost:4568:
              actorstreams --set Gateway:TlsPort=4568 --set "Gateway:Tls:CertificatePath={certificate}" --set "Gateway:Tls:KeyPath={key}"
            Its clients trust the certificate with
              export AWS_CA_BUNDLE="{ca}"          boto3, aws CLI (or aws --ca-bundle "{ca}")
              export NODE_EXTRA_CA_CERTS="{ca}"    Node.js
            """);
        return ExitCodes.Ok;
    }
}
