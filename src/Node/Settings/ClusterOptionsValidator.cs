using Microsoft.Extensions.Options;

namespace ActorStreams.Node.Settings;

internal sealed class ClusterOptionsValidator : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        var failures = new List<string>();
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            failures.Add($"{nameof(options.Host)}: '{options.Host}' is not a host name or an IP address.");
        if (options.Port is < 0 or > 65535)
            failures.Add($"{nameof(options.Port)}: {options.Port} is not a port; allowed are 0 (any free one) to 65535.");
        foreach (var role in options.Roles.Where(r => !ClusterRoles.All.Contains(r, StringComparer.Ordinal)))
            failures.Add($"{nameof(options.Roles)}: '{role}' is not a role; allowed are {string.Join(", ", ClusterRoles.All)}.");
        foreach (var seed in options.Seeds.Where(s => !IsHostAndPort(s)))
            failures.Add($"{nameof(options.Seeds)}: '{seed}' is not an address; allowed is host:port, such as node-1:8110.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsHostAndPort(string seed) =>
        seed.LastIndexOf(':') is > 0 and var colon
        && Uri.CheckHostName(seed[..colon]) != UriHostNameType.Unknown
        && ushort.TryParse(seed[(colon + 1)..], out var port) && port > 0;
}
