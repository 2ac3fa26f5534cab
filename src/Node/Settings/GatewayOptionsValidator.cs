using ActorStreams.Gateway.Hosting;
using Microsoft.Extensions.Options;

namespace ActorStreams.Node.Settings;

internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var problems = ((IEnumerable<string>)[.. options.Problems(), .. options.Tls?.Problems() ?? []]).ToArray();
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
