using ActorStreams.Hosting.Settings;
using Akka.Actor;

namespace ActorStreams.Lighthouse;

/// <summary>
/// The environment variables of Petabridge's Lighthouse image as settings: <c>ACTORSYSTEM</c>, <c>CLUSTER_IP</c>, <c>CLUSTER_PORT</c> and
/// <c>CLUSTER_SEEDS</c>, whole addresses or <c>host:port</c>, separated by commas, in brackets or not.
/// </summary>
internal sealed class ImageEnvironment
{
    private readonly List<string> _errors = [];
    private readonly Dictionary<string, string?> _settings = [];

    public ImageEnvironment(Func<string, string?> variable)
    {
        var name = Set(variable("ACTORSYSTEM"), "Name");
        Set(variable("CLUSTER_IP"), "Host");
        Set(variable("CLUSTER_PORT"), "Port");
        var seeds = (variable("CLUSTER_SEEDS") ?? "").Trim().Trim('[', ']')
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < seeds.Length; i++) Set(HostAndPort(seeds[i].Trim('"', '\''), name), $"Seeds:{i}");
    }

    public IReadOnlyDictionary<string, string?> Settings => _settings;

    public IReadOnlyList<string> Errors => _errors;

    private string? Set(string? value, string setting)
    {
        if (string.IsNullOrWhiteSpace(value)) return null;
        _settings[$"{SettingsSources.Root}:Cluster:{setting}"] = value.Trim();
        return value.Trim();
    }

    private string HostAndPort(string seed, string? name)
    {
        if (!seed.Contains("://", StringComparison.Ordinal)) return seed;
        if (!ActorPath.TryParseAddress(seed, out var address) || address.Host is null || address.Port is null)
            _errors.Add($"CLUSTER_SEEDS: '{seed}' is not an address; allowed is akka.tcp://{name ?? "actorstreams"}@host:port or host:port.");
        else if (name is not null && address.System != name)
            _errors.Add($"CLUSTER_SEEDS: '{seed}' names the actor system {address.System}, ACTORSYSTEM says {name}; the members of a cluster have one name.");
        else
            return $"{address.Host}:{address.Port}";
        // Told already; no second error for the same seed.
        return "unknown:1";
    }
}
