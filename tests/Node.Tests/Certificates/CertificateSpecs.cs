using System.Security.Cryptography.X509Certificates;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Certificates;

public sealed class CertificateSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_command_makes_a_certificate_that_its_authority_vouches_for()
    {
        using var folder = new TempFolder();
        var (code, output) = await RunAsync(folder, "--host", "streams.test", "--host", "10.1.2.3");
        Assert.True(code == 0, output);

        using var authority = X509CertificateLoader.LoadCertificateFromFile(folder.Folder("out/ca.pem"));
        using var leaf = X509Certificate2.CreateFromPemFile(folder.Folder("out/certificate.pem"), folder.Folder("out/key.pem"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;

        Assert.True(chain.Build(leaf), string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation)));
        Assert.All((string[])["localhost", "127.0.0.1", "::1", "streams.test", "10.1.2.3"], host => Assert.True(leaf.MatchesHostname(host), host));
        Assert.False(leaf.MatchesHostname("elsewhere.test"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.Folder("out/key.pem")));
        Assert.Contains("AWS_CA_BUNDLE", output);
        Assert.Contains("NODE_EXTRA_CA_CERTS", output);
    }

    [Fact]
    public async Task What_is_there_is_replaced_only_when_told_so()
    {
        using var folder = new TempFolder();
        Assert.Equal(0, (await RunAsync(folder)).Code);
        var before = await File.ReadAllTextAsync(folder.Folder("out/key.pem"));

        var (code, output) = await RunAsync(folder);

        Assert.Equal(1, code);
        Assert.Contains("--force", output);
        Assert.Equal(before, await File.ReadAllTextAsync(folder.Folder("out/key.pem")));
        Assert.Equal(0, (await RunAsync(folder, "--force")).Code);
        Assert.NotEqual(before, await File.ReadAllTextAsync(folder.Folder("out/key.pem")));
    }

    [Fact]
    public async Task Hosts_that_are_none_are_refused_by_name()
    {
        using var folder = new TempFolder();
        var (code, output) = await RunAsync(folder, "--host", "not a host");
        Assert.Equal(2, code);
        Assert.Contains("--host not a host: allowed is", output);
    }

    [Fact]
    public async Task A_node_does_not_start_with_a_certificate_that_is_not_there()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(
            folder.Folder("data"), settings: new Dictionary<string, string> { ["Gateway:TlsPort"] = "0", ["Gateway:Tls:CertificatePath"] = "nowhere.pem" });

        Assert.Equal(2, await node.ExitAsync(Patience));
        Assert.Contains("ActorStreams:Gateway:Tls:CertificatePath nowhere.pem can't be read", node.Output);
    }

    [Fact]
    public async Task Nodes_of_a_cluster_get_certificates_of_one_authority_also_later()
    {
        using var folder = new TempFolder();
        var (code, output) = await RunAsync(folder, "--node", "node-1", "--node", "10.0.0.2", "--host", "*.nodes.test");
        Assert.True(code == 0, output);
        Assert.Contains("Cluster:Tls:AuthorityFile", output);
        var authority = await File.ReadAllTextAsync(folder.Folder("out/ca.pem"));

        Assert.Equal(0, (await RunAsync(folder, "--node", "node-3")).Code);

        Assert.Equal(authority, await File.ReadAllTextAsync(folder.Folder("out/ca.pem")));
        foreach (var node in (string[])["node-1", "10.0.0.2", "node-3"])
        {
            using var member = X509Certificate2.CreateFromPemFile(folder.Folder($"out/{node}.pem"), folder.Folder($"out/{node}-key.pem"));
            Assert.True(member.MatchesHostname(node));
            Assert.True(member.MatchesHostname("127.0.0.1"));
            Assert.Equal(node != "node-3", member.MatchesHostname("one.nodes.test"));
        }
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.Folder("out/ca-key.pem")));
        var (again, why) = await RunAsync(folder, "--node", "node-1");
        Assert.Equal(1, again);
        Assert.Contains("--force", why);
    }

    [Fact]
    public async Task A_node_starts_with_such_a_certificate_and_not_with_one_for_another_host()
    {
        using var folder = new TempFolder();
        Assert.Equal(0, (await RunAsync(folder, "--node", "127.0.0.1")).Code);
        var settings = new Dictionary<string, string>
        {
            ["Cluster:Tls:CertificateFile"] = folder.Folder("out/127.0.0.1.pem"),
            ["Cluster:Tls:KeyFile"] = folder.Folder("out/127.0.0.1-key.pem"),
            ["Cluster:Tls:AuthorityFile"] = folder.Folder("out/ca.pem"),
        };
        await using (var node = NodeProcess.Start(folder.Folder("data"), settings: settings)) await node.ReadyAsync(Patience);

        settings["Cluster:Host"] = "10.9.8.7";
        await using var elsewhere = NodeProcess.Start(folder.Folder("data"), settings: settings);

        Assert.Equal(2, await elsewhere.ExitAsync(Patience));
        Assert.Contains("does not name this member's Host, '10.9.8.7'", elsewhere.Output);
    }

    private static async Task<(int Code, string Output)> RunAsync(TempFolder folder, params string[] arguments)
    {
        await using var process = NodeProcess.Command(folder.Path, null, ["certificate", "--out", folder.Folder("out"), .. arguments]);
        var code = await process.ExitAsync(Patience);
        return (code, process.Output);
    }
}
