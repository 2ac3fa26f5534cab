using System.CommandLine;
using ActorStreams.Hosting;

namespace ActorStreams.Node.Certificates;

/// <summary><c>actorstreams certificate</c>: what TLS on a developer's machine needs, in one command.</summary>
internal static class CertificateCommand
{
    public static Command Build()
    {
        var folder = new Option<string>("--out") { Description = "Folder to write ca.pem, certificate.pem and key.pem to", Required = true, HelpName = "DIR" };
        var hosts = new Option<string[]>("--host")
        {
            Description = "A further host name or IP address of the node, beside localhost, 127.0.0.1 and ::1; may be repeated",
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var force = new Option<bool>("--force") { Description = "Replace files that are there" };
        hosts.Validators.Add(option =>
        {
            foreach (var token in option.Tokens.Where(t => !IsName(t.Value)))
                option.AddError($"--host {token.Value}: allowed is a host name, *. and a host name, or an IP address.");
        });
        var command = new Command("certificate", "Makes a certificate for development: TLS for this machine, trusted by whom you tell to.") { folder, hosts, force };
        command.SetAction(parsed => Run(
            Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetValue(hosts) ?? [], parsed.GetValue(force), TimeProvider.System));
        return command;
    }

    private static bool IsName(string host) =>
        Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) is not (UriHostNameType.Unknown or UriHostNameType.Basic);

    private static int Run(string folder, string[] hosts, bool force, TimeProvider clock)
    {
        var (ca, certificate, key) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        try
        {
            Directory.CreateDirectory(folder);
            if (!force && ((string[])[ca, certificate, key]).FirstOrDefault(File.Exists) is { } there)
            {
                Console.Error.WriteLine($"actorstreams certificate: {there} is there already. Nothing was written; --force replaces it.");
                return ExitCodes.Failed;
            }
            var made = DevelopmentCertificate.Create(hosts, clock.GetUtcNow());
            // The key first: who finds a certificate finds its key.
            Write(key, made.PrivateKey, isSecret: true);
            Write(certificate, made.Certificate, isSecret: false);
            Write(ca, made.Authority, isSecret: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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

    /// <summary>A secret is nobody else's to read at any moment, also where it replaces a file that was.</summary>
    private static void Write(string path, string text, bool isSecret)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.Write(text);
    }
}
