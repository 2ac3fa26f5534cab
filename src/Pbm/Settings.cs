using System.Collections.Immutable;
using System.Globalization;

namespace ActorStreams.Pbm;

/// <summary>How the endpoint is reached and what is printed; defaults come from the environment, options win.</summary>
/// <param name="Endpoints">Tried in order.</param>
/// <param name="Timeout">For the answer to one request, or for the next piece of a long one.</param>
/// <param name="RegionGiven">False while <paramref name="Region"/> is only the default, so that lists show every region.</param>
internal sealed record Settings(ImmutableArray<Uri> Endpoints, string? Token, string Region, bool RegionGiven, bool Json, TimeSpan Timeout)
{
    public const string DefaultEndpoint = "http://127.0.0.1:8558";
    public const string DefaultRegion = "us-east-1";

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="PbmException">PBM_ENDPOINT is no address.</exception>
    public static Settings FromEnvironment(Func<string, string?> environment)
    {
        var endpoint = environment("PBM_ENDPOINT");
        if (!TryParseEndpoints(string.IsNullOrWhiteSpace(endpoint) ? DefaultEndpoint : endpoint, out var endpoints, out var wrong))
            throw PbmException.WrongCommandLine($"PBM_ENDPOINT: {wrong}");
        var token = environment("PBM_TOKEN");
        var settings = new Settings(endpoints, null, DefaultRegion, RegionGiven: false, Json: false, DefaultTimeout);
        return string.IsNullOrEmpty(token) ? settings : settings.WithToken("PBM_TOKEN", token);
    }

    /// <exception cref="PbmException">No header can carry it.</exception>
    public Settings WithToken(string source, string token) => token.Length > 0 && token.All(c => c is > ' ' and <= '~')
        ? this with { Token = token }
        : throw PbmException.WrongCommandLine($"{source}: what it holds is no token; allowed are printable ASCII characters without spaces.");

    /// <summary>Addresses separated by commas; one without a scheme is http.</summary>
    public static bool TryParseEndpoints(string text, out ImmutableArray<Uri> endpoints, out string wrong)
    {
        var parsed = ImmutableArray.CreateBuilder<Uri>();
        endpoints = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // With a slash at the end, paths are added below it.
            var full = (part.Contains("://", StringComparison.Ordinal) ? part : "http://" + part).TrimEnd('/') + "/";
            if (!Uri.TryCreate(full, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Query.Length > 0)
            {
                wrong = $"'{part}' is not an address of a management endpoint; allowed are http and https addresses such as {DefaultEndpoint}, several separated by commas.";
                return false;
            }

            parsed.Add(uri);
        }

        endpoints = parsed.ToImmutable();
        wrong = endpoints.IsEmpty ? $"it names no address; allowed are http and https addresses such as {DefaultEndpoint}, several separated by commas." : "";
        return !endpoints.IsEmpty;
    }

    /// <summary>Seconds, also with a unit: 10, 2.5, 500ms, 30s, 2m.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1d),
            _ when text.EndsWith('m') => (text[..^1], 60d),
            _ => (text, 1d),
        };
        duration = default;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * unit is < 0.001 or > 86_400)
            return false;
        duration = TimeSpan.FromSeconds(number * unit);
        return true;
    }
}
