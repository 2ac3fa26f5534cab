using System.Net;
using Microsoft.Extensions.Options;

namespace ActorStreams.Management;

public sealed class ManagementOptionsValidator : IValidateOptions<ManagementOptions>
{
    public ValidateOptionsResult Validate(string? name, ManagementOptions options)
    {
        var failures = new List<string>();
        if (options.Port is < 0 or > 65535)
            failures.Add($"{nameof(options.Port)} {options.Port} is not a port; allowed are 0 (any free one) to 65535.");
        if (!IPAddress.TryParse(options.BindAddress, out var address))
            failures.Add($"{nameof(options.BindAddress)} '{options.BindAddress}' is not an IP address; 127.0.0.1 is this machine only, 0.0.0.0 every network.");
        if (options is { Token: not null, TokenFile: not null })
            failures.Add($"{nameof(options.Token)} and {nameof(options.TokenFile)} are both set; allowed is one of them.");
        try
        {
            if (BearerToken.Load(options) is null && address is not null && !IPAddress.IsLoopback(address))
            {
                failures.Add(
                    $"{nameof(options.BindAddress)} {address} can be reached from other machines, and this endpoint changes what the cluster holds: "
                    + $"set {nameof(options.Token)} or {nameof(options.TokenFile)}, or listen on 127.0.0.1.");
            }
        }
        catch (ArgumentException e)
        {
            failures.Add(e.Message);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
