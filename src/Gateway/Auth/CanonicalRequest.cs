using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Gateway.Auth;

/// <summary>The text of a request that both sides hash, as Signature Version 4 prescribes for all services but S3.</summary>
internal static class CanonicalRequest
{
    public static string Build(ISignedMessage message, IReadOnlyList<string> signedHeaders, string bodyHashHex)
    {
        var text = new StringBuilder(512);
        text.Append(message.Method).Append('\n');
        AppendPath(text, message.RawPath);
        text.Append('\n');
        AppendQuery(text, message.Query);
        text.Append('\n');
        foreach (var name in signedHeaders)
        {
            text.Append(name).Append(':');
            AppendCollapsed(text, message.Header(name) ?? "");
            text.Append('\n');
        }
        text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(bodyHashHex);
        return text.ToString();
    }

    public static string StringToSign(string dateText, CredentialScope scope, string canonicalRequest) =>
        $"{SigV4Request.Algorithm}\n{dateText}\n{scope}\n{HashHex(Encoding.UTF8.GetBytes(canonicalRequest))}";

    public static string HashHex(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    // Dot segments and empty ones go; what is left is escaped once more, percent signs too.
    private static void AppendPath(StringBuilder text, string rawPath)
    {
        if (rawPath is "/" or "")
        {
            text.Append('/');
            return;
        }
        var kept = new List<string>();
        foreach (var segment in rawPath.Split('/'))
        {
            if (segment == "..")
            {
                if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
            }
            else if (segment is not ("" or "."))
            {
                kept.Add(segment);
            }
        }
        foreach (var segment in kept) text.Append('/').Append(Uri.EscapeDataString(segment));
        if (kept.Count == 0 || rawPath.EndsWith('/')) text.Append('/');
    }

    private static void AppendQuery(StringBuilder text, IReadOnlyList<(string Name, string Value)> query)
    {
        if (query.Count == 0) return;
        var escaped = new List<(string Name, string Value)>(query.Count);
        foreach (var (name, value) in query)
        {
            if (name != "X-Amz-Signature") escaped.Add((Uri.EscapeDataString(name), Uri.EscapeDataString(value)));
        }
        escaped.Sort((a, b) =>
        {
            var order = string.CompareOrdinal(a.Name, b.Name);
            return order != 0 ? order : string.CompareOrdinal(a.Value, b.Value);
        });
        for (var i = 0; i < escaped.Count; i++)
        {
            if (i > 0) text.Append('&');
            text.Append(escaped[i].Name).Append('=').Append(escaped[i].Value);
        }
    }

    private static void AppendCollapsed(StringBuilder text, string value)
    {
        var trimmed = value.AsSpan().Trim();
        if (trimmed.IndexOf("  ") < 0)
        {
            text.Append(trimmed);
            return;
        }
        var previous = '\0';
        foreach (var character in trimmed)
        {
            if (character != ' ' || previous != ' ') text.Append(character);
            previous = character;
        }
    }
}
