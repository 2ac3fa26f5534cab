using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ActorStreams.Clustering;

/// <param name="usesPostgres">Whether the store is one that several nodes can share.</param>
public sealed partial class ClusterOptionsValidator(bool usesPostgres) : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        var failures = new List<string>();
        if (!ClusterName().IsMatch(options.Name))
            failures.Add($"{nameof(options.Name)}: '{options.Name}' is not a name; allowed are 1 to 64 letters, digits, '-' and '_', not beginning with '-' or '_'.");
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            failures.Add($"{nameof(options.Host)}: '{options.Host}' is not a host name or an IP address.");
        else if (IPAddress.TryParse(options.Host, out var host) && (host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any)))
            failures.Add($"{nameof(options.Host)}: '{options.Host}' is no address that others can reach; give it as {nameof(options.BindAddress)}, and here the one of this machine.");
        if (options.BindAddress is { } bind && !IPAddress.TryParse(bind, out _))
            failures.Add($"{nameof(options.BindAddress)}: '{bind}' is not an IP address; 0.0.0.0 is every network.");
        if (options.Port is < 0 or > 65535)
            failures.Add($"{nameof(options.Port)}: {options.Port} is not a port; allowed are 0 (any free one) to 65535.");
        foreach (var role in options.Roles.Where(r => !ClusterRoles.Work.Contains(r, StringComparer.Ordinal)))
            failures.Add($"{nameof(options.Roles)}: '{role}' is not a role; allowed are {string.Join(", ", ClusterRoles.Work)}.");
        foreach (var seed in options.Seeds.Where(s => !IsHostAndPort(s)))
            failures.Add($"{nameof(options.Seeds)}: '{seed}' is not an address; allowed is host:port, such as lighthouse-0.lighthouse:4053.");
        if (!usesPostgres && options.Seeds.Count > 0)
            failures.Add($"{nameof(options.Seeds)}: a cluster of several nodes needs a store that they share; set Store:ConnectionString to a PostgreSQL database.");
        if (!usesPostgres && options.Downing == Downing.LeaseMajority)
            failures.Add($"{nameof(options.Downing)}: {nameof(Downing.LeaseMajority)} needs a PostgreSQL store, where the lease lies.");
        if (options.Tls is { } tls) failures.AddRange(tls.Problems(options.Host, TimeProvider.System));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsHostAndPort(string seed) =>
        seed.LastIndexOf(':') is > 0 and var colon
        && Uri.CheckHostName(seed[..colon]) != UriHostNameType.Unknown
        && ushort.TryParse(seed[(colon + 1)..], out var port) && port > 0;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    private static partial Regex ClusterName();
}
