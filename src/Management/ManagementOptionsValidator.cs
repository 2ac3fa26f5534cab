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
        if (!IPAddress.TryParse(options.BindAddress, out _))
            failures.Add($"{nameof(options.BindAddress)} '{options.BindAddress}' is not an IP address; 127.0.0.1 is this machine only, 0.0.0.0 every network.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
