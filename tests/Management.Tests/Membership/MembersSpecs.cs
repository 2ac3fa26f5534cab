using System.Text.Json;
using ActorStreams.Management.Membership;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;

namespace ActorStreams.Management.Tests.Membership;

/// <summary>Two members in this process; the endpoint is the first one's.</summary>
public sealed class MembersSpecs : IAsyncLifetime
{
    private static readonly Config s_config = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
          cluster { roles = [node, shards], gossip-interval = 100ms, leader-actions-interval = 100ms }
        }
        """);

    private readonly ActorSystem _first = ActorSystem.Create("actorstreams", s_config);
    private readonly ActorSystem _second = ActorSystem.Create("actorstreams", s_config);
    private ManagementHost _host = null!;

    private string First => Cluster.Get(_first).SelfAddress.ToString();

    private string Second => Cluster.Get(_second).SelfAddress.ToString();

    public async Task InitializeAsync()
    {
        await Cluster.Get(_first).JoinAsync(Cluster.Get(_first).SelfAddress);
        await Cluster.Get(_second).JoinAsync(Cluster.Get(_first).SelfAddress);
        _host = await ManagementHost.StartAsync(new ManagementOptions(), new MembersPage(() => _first));
        await EventuallyAsync(async () => (await MembersAsync()).Count(m => m.GetProperty("status").GetString() == "Up") == 2);
    }

    [Fact]
    public async Task Members_are_told_with_leader_oldest_and_roles()
    {
        var (status, body) = await _host.SendAsync(HttpMethod.Get, "cluster/members");

        Assert.Equal(200, status);
        Assert.Equal(First, body.GetProperty("selfNode").GetString());
        Assert.Equal(First, body.GetProperty("oldest").GetString());
        Assert.Contains(body.GetProperty("leader").GetString(), new[] { First, Second });
        Assert.Equal(First, body.GetProperty("oldestPerRole").GetProperty("shards").GetString());
        Assert.Empty(body.GetProperty("unreachable").EnumerateArray());
        var member = body.GetProperty("members").EnumerateArray().Single(m => m.GetProperty("node").GetString() == Second);
        Assert.Equal(["node", "shards"], member.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(Cluster.Get(_second).SelfUniqueAddress.Uid.ToString(), member.GetProperty("nodeUid").GetString());
    }

    [Fact]
    public async Task A_member_is_found_by_its_address_encoded_or_not_and_by_host_and_port()
    {
        var hostPort = Second[(Second.IndexOf('@', StringComparison.Ordinal) + 1)..];

        foreach (var name in (string[])[Second, Uri.EscapeDataString(Second), hostPort])
            Assert.Equal(Second, (await _host.SendAsync(HttpMethod.Get, $"cluster/members/{name}")).Body.GetProperty("node").GetString());

        var (status, body) = await _host.SendAsync(HttpMethod.Get, "cluster/members/127.0.0.1:1");
        Assert.Equal(404, status);
        Assert.Contains("127.0.0.1:1", body.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(Second, body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_told_to_leave_leaves()
    {
        var (status, body) = await _host.SendAsync(HttpMethod.Delete, "cluster/members/" + Uri.EscapeDataString(Second));

        Assert.Equal((200, $"Leaving {Second}"), (status, body.GetProperty("message").GetString()));
        await _second.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(20));
        await EventuallyAsync(async () => (await MembersAsync()).Length == 1);
    }

    [Theory]
    [InlineData("Down", "Downing")]
    [InlineData("leave", "Leaving")]
    public async Task An_operation_is_done_whatever_its_case(string operation, string said)
    {
        var (status, body) = await _host.SendAsync(
            HttpMethod.Put, "cluster/members/" + Uri.EscapeDataString(Second), new FormUrlEncodedContent([new("operation", operation)]));

        Assert.Equal((200, $"{said} {Second}"), (status, body.GetProperty("message").GetString()));
        await EventuallyAsync(async () => (await MembersAsync()).Length == 1);
    }

    [Fact]
    public async Task An_operation_that_does_not_exist_is_refused_by_those_that_do()
    {
        var (status, body) = await _host.SendAsync(
            HttpMethod.Put, "cluster/members/" + Uri.EscapeDataString(Second), new FormUrlEncodedContent([new("operation", "evict")]));

        Assert.Equal((400, "The operation 'evict' is not supported; allowed are Leave and Down."), (status, body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Joining_is_refused_where_a_cluster_was_joined_already_and_where_the_address_is_none()
    {
        Assert.Equal(409, (await _host.SendAsync(HttpMethod.Post, "cluster/members", new FormUrlEncodedContent([new("address", Second)]))).Status);
        Assert.Equal(400, (await _host.SendAsync(HttpMethod.Post, "cluster/members", new FormUrlEncodedContent([new("address", "host:1")]))).Status);
        Assert.Equal(400, (await _host.SendAsync(HttpMethod.Post, "cluster/members")).Status);
    }

    [Fact]
    public async Task Seed_nodes_are_told_as_a_bootstrap_wants_them()
    {
        var (_, body) = await _host.SendAsync(HttpMethod.Get, "bootstrap/seed-nodes");

        Assert.Equal(First, body.GetProperty("selfNode").GetString());
        var seeds = body.GetProperty("seedNodes").EnumerateArray().ToList();
        Assert.Equal(new HashSet<string?> { First, Second }, seeds.Select(s => s.GetProperty("node").GetString()).ToHashSet());
        Assert.All(seeds, s => Assert.Equal("Up", s.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_node_that_has_no_actor_system_yet_says_so()
    {
        await using var host = await ManagementHost.StartAsync(new ManagementOptions(), new MembersPage(() => null));

        Assert.Equal(503, (await host.SendAsync(HttpMethod.Get, "cluster/members")).Status);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await Task.WhenAll(_second.Terminate(), _first.Terminate());
    }

    private async Task<JsonElement[]> MembersAsync() =>
        [.. (await _host.SendAsync(HttpMethod.Get, "cluster/members")).Body.GetProperty("members").EnumerateArray()];

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var look = 0; look < 1_000 && !await holds(); look++) await Task.Delay(20);
        Assert.True(await holds());
    }
}
