using System.Globalization;
using System.Text;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Processes.Networks;

/// <summary>
/// A network namespace for each party, joined by a bridge on which this process has an address too. Packets are dropped where they arrive,
/// by a routing rule: that works one way, tells nobody, hits connections that stand, and needs no packet filter in the kernel.
/// </summary>
internal sealed class NamespaceNetwork : ClusterNetwork
{
    private static readonly Lazy<string?> s_missing = new(FindMissing);

    private readonly string _id;
    private readonly Dictionary<string, Party> _parties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _slow = new(StringComparer.Ordinal);
    private readonly Watchdog _watchdog;

    private sealed record Party(string Namespace, string Link, string Address);

    private NamespaceNetwork(int number, IReadOnlyList<string> parties)
    {
        _id = number.ToString("x4", CultureInfo.InvariantCulture);
        Subnet = $"10.{64 + (number >> 8)}.{number & 0xff}";
        for (var i = 0; i < parties.Count; i++)
            _parties.Add(parties[i], new Party($"actorstreams-{_id}-{parties[i]}", $"as{_id}-{i}", $"{Subnet}.{10 + i}"));
        _watchdog = new Watchdog(ClearUp());
    }

    /// <summary>What the machine lacks for it; null when it can be had.</summary>
    public static string? Missing => s_missing.Value;

    public override string Description => $"network namespaces on {Subnet}.0/24";

    public override bool CanCut => true;

    public override ProcessPlace DatabasePlace => Place(Database);

    private string Bridge => $"as{_id}";

    private string Subnet { get; }

    public static async Task<NamespaceNetwork> SetUpAsync(IReadOnlyList<string> parties)
    {
        while (true)
        {
            // Names and addresses follow from the number, so parallel runs that draw another one never meet.
            var number = Random.Shared.Next(1 << 14);
            var bridge = number.ToString("x4", CultureInfo.InvariantCulture);
            if (Directory.Exists($"/sys/class/net/as{bridge}")) continue;
            var network = new NamespaceNetwork(number, parties);
            try
            {
                await ShellScript.RunAsync(network.SetUpScript());
                return network;
            }
            catch
            {
                await network.DisposeAsync();
                throw;
            }
        }
    }

    protected override IEnumerable<string> Parties => _parties.Keys;

    public override ProcessPlace Place(string party) => new(_parties[party].Address, ["nsenter", $"--net=/run/netns/{_parties[party].Namespace}"]);

    public override void Watch(int processId) => _watchdog.Add(processId);

    public override async Task SlowAsync(string party, IEnumerable<string> towards, int bytesPerSecond)
    {
        // A token bucket with a short queue behind it; what goes elsewhere passes it by. netem is not in every kernel.
        var tc = $"tc -n {_parties[party].Namespace}";
        var script = new StringBuilder($"""
            {tc} qdisc replace dev eth0 root handle 1: htb
            {tc} class replace dev eth0 parent 1: classid 1:1 htb rate {bytesPerSecond}bps burst 4k cburst 4k
            {tc} qdisc replace dev eth0 parent 1:1 handle 10: pfifo limit 50

            """);
        foreach (var other in towards)
            script.AppendLine(CultureInfo.InvariantCulture, $"{tc} filter add dev eth0 parent 1: protocol ip pref 1 u32 match ip dst {_parties[other].Address}/32 flowid 1:1");
        await ShellScript.RunAsync(script.ToString());
        _slow.Add(party);
    }

    public override ValueTask DisposeAsync() => _watchdog.DisposeAsync();

    protected override Task DropPacketsAsync(string from, string to) => RuleAsync("add", from, to);

    protected override Task PassPacketsAsync(string from, string to) => RuleAsync("del", from, to);

    public override async Task QuickenAsync(string party)
    {
        if (_slow.Remove(party)) await ShellScript.RunAsync($"tc -n {_parties[party].Namespace} qdisc del dev eth0 root");
    }

    private Task RuleAsync(string verb, string from, string to) =>
        ShellScript.RunAsync($"ip -n {_parties[to].Namespace} rule {verb} pref 10 iif eth0 from {_parties[from].Address} blackhole");

    private string SetUpScript()
    {
        var script = new StringBuilder($"ip link add {Bridge} type bridge\nip addr add {Subnet}.1/24 dev {Bridge}\nip link set {Bridge} up\n");
        foreach (var (space, link, address) in _parties.Values)
        {
            // Local addresses are looked up before all rules by default; here a rule that drops comes first.
            script.AppendLine(CultureInfo.InvariantCulture, $"""
                ip netns add {space}
                ip link add {link} type veth peer name eth0 netns {space}
                ip link set {link} master {Bridge} up
                ip -n {space} addr add {address}/24 dev eth0
                ip -n {space} link set lo up
                ip -n {space} link set eth0 up
                ip -n {space} rule add pref 100 lookup local
                ip -n {space} rule del pref 0
                """);
        }

        return script.ToString();
    }

    private string ClearUp()
    {
        var script = new StringBuilder();
        foreach (var (space, link, _) in _parties.Values) script.AppendLine(CultureInfo.InvariantCulture, $"ip link del {link}; ip netns del {space}");
        return script.AppendLine(CultureInfo.InvariantCulture, $"ip link del {Bridge}").ToString();
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux()) return "Linux";
        if (Environment.UserName != "root") return "root";
        var probe = $"actorstreams-probe-{Environment.ProcessId}";
        try
        {
            using var shell = ShellScript.Start($"command -v tc && command -v nsenter && ip netns add {probe} && ip netns del {probe}");
            shell.WaitForExit();
            return shell.ExitCode == 0 ? null : "ip netns, tc and nsenter (apt-get install iproute2 util-linux)";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "a shell";
        }
    }
}
