using System.CommandLine;

namespace ActorStreams.Node.Client;

/// <summary><c>--endpoint</c> of the commands that call a node.</summary>
internal static class EndpointOption
{
    private const string Default = "http://127.0.0.1:4567";

    public static Option<string> Create()
    {
        var endpoint = new Option<string>("--endpoint") { Description = $"Address of the service, default {Default}", HelpName = "URL", DefaultValueFactory = _ => Default };
        endpoint.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !(Uri.TryCreate(token.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
                option.AddError($"--endpoint {token.Value}: allowed is an http or https address, such as {Default}.");
        });
        return endpoint;
    }
}
