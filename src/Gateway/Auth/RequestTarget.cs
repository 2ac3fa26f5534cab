namespace ActorStreams.Gateway.Auth;

/// <summary>The target of a request line, as sent, taken apart for signing.</summary>
internal static class RequestTarget
{
    /// <summary>The path untouched and the query decoded; a plus sign stands for itself, as AWS has it.</summary>
    public static (string Path, IReadOnlyList<(string Name, string Value)> Query) Split(string target)
    {
        var path = target;
        var query = "";
        var mark = target.IndexOf('?');
        if (mark >= 0)
        {
            path = target[..mark];
            query = target[(mark + 1)..];
        }
        // The absolute form (proxies): only what follows the authority is the path.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "/" : path[slash..];
        }
        if (query.Length == 0) return (path, []);
        var pairs = new List<(string, string)>();
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            pairs.Add(equals < 0
                ? (Uri.UnescapeDataString(pair), "")
                : (Uri.UnescapeDataString(pair[..equals]), Uri.UnescapeDataString(pair[(equals + 1)..])));
        }
        return (path, pairs);
    }
}
