using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace ActorStreams.MultiNode.Tests.Processes.Nodes;

/// <summary>Reading of a node's admin endpoint, by somebody who does not wait for long and takes silence for an answer.</summary>
internal static class AdminPage
{
    public const string Token = "chaos-token";

    private static readonly HttpClient s_http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(2),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
    };

    /// <summary>Status and body; null where no answer came.</summary>
    public static async Task<(int Status, string Body)?> GetAsync(Uri admin, string path)
    {
        try
        {
            using var answer = await s_http.GetAsync(new Uri(admin, path));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public static async Task<bool> IsReadyAsync(Uri admin) => await GetAsync(admin, "ready") is (200, _);

    public static async Task<string> WhyNotReadyAsync(Uri admin) => await GetAsync(admin, "ready") is var (_, body) ? body : "no answer";

    /// <summary>Addresses of the members that are up and heard, as this node sees them; null where it does not say.</summary>
    public static async Task<IReadOnlySet<string>?> MembersAsync(Uri admin)
    {
        if (await GetAsync(admin, "cluster/members") is not (200, var body)) return null;
        var members = JsonNode.Parse(body)!;
        var unheard = members["unreachable"]!.AsArray().Select(m => (string)m!["node"]!).ToHashSet(StringComparer.Ordinal);
        return members["members"]!.AsArray().Where(m => (string)m!["status"]! == "Up").Select(m => (string)m!["node"]!)
            .Where(n => !unheard.Contains(n)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Counters of the Prometheus page by name, summed over their labels; empty where it does not answer.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> CountersAsync(Uri admin)
    {
        var counters = new Dictionary<string, double>(StringComparer.Ordinal);
        if (await GetAsync(admin, "metrics") is not (200, var body)) return counters;
        foreach (var line in body.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            var name = line[..line.IndexOfAny(['{', ' '])];
            counters[name] = counters.GetValueOrDefault(name) + ValueOf(line);
        }

        return counters;
    }

    /// <summary>A line is <c>name{labels} value [timestamp]</c>.</summary>
    private static double ValueOf(string line)
    {
        var rest = line.Contains('}', StringComparison.Ordinal) ? line[(line.LastIndexOf('}') + 1)..] : line[line.IndexOf(' ', StringComparison.Ordinal)..];
        return double.TryParse(rest.Trim().Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
