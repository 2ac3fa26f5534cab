using System.Diagnostics;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Clients;

/// <summary>Fan-out consumers of the SDKs as AWS ships them, against the real executable, in clear text and over TLS, across a split.</summary>
public sealed class FanOutSpecs(ITestOutputHelper output)
{
    private const int Records = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // The packages of the JavaScript SDK lie beside its script in the source folder, where build.sh puts them.
    private static string Scripts => Path.Combine(NodeProcess.RepositoryRoot(), "tests", "Node.Tests", "Clients");

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Boto3_receives_every_record_once_and_in_order_across_a_split(bool isTls)
    {
        Requires.Python3WithBoto3();
        await ReceiveAsync(isTls, "python3", "boto3_fan_out.py");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(false, "http1")]
    [InlineData(true)]
    public async Task The_javascript_sdk_receives_every_record_once_and_in_order_across_a_split(bool isTls, params string[] handler)
    {
        Requires.Node();
        Requires.Need(Directory.Exists(Path.Combine(Scripts, "node_modules")), "the AWS SDK for JavaScript", $"npm install --prefix {Scripts}");
        await ReceiveAsync(isTls, "node", "javascript_fan_out.mjs", handler);
    }

    private async Task ReceiveAsync(bool isTls, string program, string script, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (settings, tlsPort) = isTls ? await CertificateAsync(folder) : ([], 0);
        await using var node = NodeProcess.Start(folder.Folder("data"), settings: settings);
        await node.ReadyAsync();
        var endpoint = isTls ? $"https://localhost:{tlsPort}" : node.Endpoint.ToString();
        var start = new ProcessStartInfo(program, [Path.Combine(Scripts, script), endpoint, "pushed", $"{Records}", .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                 [("AWS_ACCESS_KEY_ID", "anyone"), ("AWS_SECRET_ACCESS_KEY", "anything"), ("AWS_REGION", "mars-north-1"), ("AWS_DEFAULT_REGION", "mars-north-1"), ("AWS_EC2_METADATA_DISABLED", "true")])
            start.Environment[name] = value;
        foreach (var name in isTls ? (string[])["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] : []) start.Environment[name] = folder.Folder("tls/ca.pem");
        using var client = Process.Start(start)!;
        var printed = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await client.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!client.HasExited) client.Kill(entireProcessTree: true);
            output.WriteLine($"{await printed}{await errors}");
        }

        Assert.True(client.ExitCode == 0, $"{program} ended with {client.ExitCode}:\n{await printed}{await errors}\nThe node:\n{node.Output}");
    }

    private static async Task<(Dictionary<string, string> Settings, int Port)> CertificateAsync(TempFolder folder)
    {
        await using var command = NodeProcess.Command(folder.Path, null, "certificate", "--out", "tls");
        Assert.Equal(0, await command.ExitAsync(Patience));
        var port = FreePorts.Take(1)[0];
        return (new Dictionary<string, string>
        {
            ["Gateway:TlsPort"] = $"{port}",
            ["Gateway:Tls:CertificatePath"] = folder.Folder("tls/certificate.pem"),
            ["Gateway:Tls:KeyPath"] = folder.Folder("tls/key.pem"),
        }, port);
    }
}
