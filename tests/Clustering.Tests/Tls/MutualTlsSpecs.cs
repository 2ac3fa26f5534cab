using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using ActorStreams.Clustering.Tls;
using ActorStreams.TestKit;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;

namespace ActorStreams.Clustering.Tests.Tls;

/// <summary>Members as actor systems of one process, each with its own certificate, on ports of the loopback.</summary>
public sealed class MutualTlsSpecs : IAsyncLifetime
{
    private const string Name = "tls-cluster";
    private const string Secret = "what nobody on the wire may read";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>In which those who may join have long joined.</summary>
    private static readonly TimeSpan s_vainly = TimeSpan.FromSeconds(6);

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(s => s.Terminate()));
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Members_with_certificates_of_one_authority_form_a_cluster()
    {
        var first = await FirstAsync();
        var second = Start(_authority.Member());

        await JoinAsync(second, first.SelfAddress, s_patience);

        Assert.Equal("akka.ssl.tcp", first.SelfAddress.Protocol);
        await Eventually(() => first.State.Members.Count(m => m.Status == MemberStatus.Up) == 2);
    }

    [Fact]
    public async Task One_with_a_certificate_of_another_authority_cannot_join()
    {
        var first = await FirstAsync();

        await AssertCannotJoinAsync(Start(_other.Member() with { AuthorityFile = _other.File }), first, first.SelfAddress);
    }

    [Fact]
    public async Task One_that_trusts_the_cluster_but_is_of_another_authority_cannot_join()
    {
        var first = await FirstAsync();
        var both = _authority.Write(File.ReadAllText(_other.File) + "\n" + File.ReadAllText(_authority.File));

        await AssertCannotJoinAsync(Start(_other.Member() with { AuthorityFile = both }), first, first.SelfAddress);
    }

    [Fact]
    public async Task One_without_a_certificate_cannot_join()
    {
        var first = await FirstAsync();
        var clear = Start(null);

        await AssertCannotJoinAsync(clear, first, first.SelfAddress.WithProtocol("akka.tcp"));
    }

    [Fact]
    public async Task Whoever_shows_no_certificate_is_not_listened_to()
    {
        var first = await FirstAsync();
        using var client = new TcpClient("127.0.0.1", first.SelfAddress.Port!.Value);
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);

        var end = await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync("127.0.0.1");
            // Under TLS 1.3 a client learns of its refusal only when it reads.
            if (await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(s_patience) == 0) throw new IOException("closed");
        });

        Assert.True(end is AuthenticationException or IOException, $"{end}");
    }

    [Fact]
    public async Task Who_connects_does_not_talk_to_a_host_that_the_certificate_does_not_name()
    {
        var elsewhere = Start(_authority.Member("elsewhere.test"), "elsewhere.test");
        var there = Cluster.Get(elsewhere);
        await there.JoinAsync(there.SelfAddress);

        await AssertCannotJoinAsync(Start(_authority.Member()), there, there.SelfAddress);
    }

    [Fact]
    public async Task Nothing_passes_in_clear()
    {
        var port = FreePorts.Take(1)[0];
        await using var proxy = new RecordingProxy(port);
        var first = Start(_authority.Member(), more: $"akka.remote.dot-netty.tcp {{ port = {port}, public-port = {proxy.Port} }}");
        await Cluster.Get(first).JoinAsync(Cluster.Get(first).SelfAddress);
        first.ActorOf(Props.Create(() => new Echo()), "echo");
        var second = Start(_authority.Member());

        await JoinAsync(second, Cluster.Get(first).SelfAddress, s_patience);
        var echo = second.ActorSelection(new RootActorPath(Cluster.Get(first).SelfAddress) / "user" / "echo");
        Assert.Equal(Secret, await echo.Ask<string>(Secret, s_patience));

        var passed = proxy.Passed;
        Assert.True(passed.Length > 1_000, $"{passed.Length} bytes passed");
        Assert.Equal(-1, passed.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
        Assert.Equal(-1, passed.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Name)));
    }

    private async Task<Cluster> FirstAsync()
    {
        var cluster = Cluster.Get(Start(_authority.Member()));
        await cluster.JoinAsync(cluster.SelfAddress);
        return cluster;
    }

    private ActorSystem Start(ClusterTlsOptions? tls, string host = "127.0.0.1", string more = "")
    {
        var config = ConfigurationFactory.ParseString(more).WithFallback(ConfigurationFactory.ParseString("""
            akka { loglevel = ERROR, actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }
            """)).WithFallback(ClusterHosting.Config);
        var setup = ActorSystemSetup.Empty;
        if (tls is not null)
        {
            var (secure, certificates) = MutualTls.ForActorSystem(tls, host, TimeProvider.System);
            config = secure.WithFallback(config);
            setup = setup.And(certificates);
        }
        setup = setup.And(BootstrapSetup.Create().WithConfig(config));
        var system = ActorSystem.Create(Name, setup);
        _systems.Add(system);
        return system;
    }

    private static async Task JoinAsync(ActorSystem system, Address address, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await Cluster.Get(system).JoinAsync(address, limit.Token);
    }

    private static async Task AssertCannotJoinAsync(ActorSystem system, Cluster cluster, Address address)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => JoinAsync(system, address, s_vainly));
        Assert.Single(cluster.State.Members);
        Assert.Empty(Cluster.Get(system).State.Members);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!condition()) await Task.Delay(20, limit.Token);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
