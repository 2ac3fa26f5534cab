using System.Globalization;
using System.Text;

namespace ActorStreams.Gateway.Auth;

/// <summary>
/// What a request says about its signature, from the <c>Authorization</c> header or from the query; nothing of it is believed yet.
/// </summary>
internal sealed record SigV4Request(
    string AccessKeyId,
    CredentialScope Scope,
    string[] SignedHeaders,
    string Signature,
    DateTimeOffset Date,
    string DateText,
    TimeSpan? Expires)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The form that was in use, read, or the refusal. Texts are AWS's.</summary>
    public static (SigV4Request? Request, AuthResult.Refused? Refusal) Read(ISignedMessage message)
    {
        var authorization = message.Header("Authorization");
        var inQuery = message.Query.Any(p => p.Name == "X-Amz-Algorithm");
        if (string.IsNullOrEmpty(authorization))
        {
            return inQuery
                ? ReadQuery(message)
                : (null, new AuthResult.Refused("MissingAuthenticationTokenException", "Missing Authentication Token"));
        }
        return inQuery
            ? (null, AuthResult.Invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."))
            : ReadHeader(message, authorization);
    }

    private static (SigV4Request?, AuthResult.Refused?) ReadHeader(ISignedMessage message, string authorization)
    {
        var space = authorization.IndexOf(' ');
        var algorithm = space < 0 ? authorization : authorization[..space];
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (space >= 0)
        {
            foreach (var part in authorization[space..].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = part.IndexOf('=');
                if (equals > 0) parts[part[..equals]] = part[(equals + 1)..];
            }
        }
        // Proxies and browsers may set Date themselves, so X-Amz-Date goes first.
        var date = message.Header("X-Amz-Date") is { Length: > 0 } amzDate ? amzDate : message.Header("Date") ?? "";
        var missing = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)["Credential", "Signature", "SignedHeaders"])
        {
            if (parts.GetValueOrDefault(name, "").Length == 0) missing.Append($"Authorization header requires '{name}' parameter. ");
        }
        if (date.Length == 0) missing.Append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        if (missing.Length > 0) return (null, AuthResult.Incomplete($"{missing}Authorization={authorization}"));
        return algorithm == Algorithm
            ? Build(parts["Credential"], parts["SignedHeaders"], parts["Signature"], date, expires: null)
            : (null, AuthResult.Incomplete($"Unsupported AWS 'algorithm': '{algorithm}'."));
    }

    private static (SigV4Request?, AuthResult.Refused?) ReadQuery(ISignedMessage message)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in message.Query) query[name] = value;
        var missing = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)
            ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"])
        {
            if (query.GetValueOrDefault(name, "").Length == 0) missing.Append($"AWS query-string parameters must include '{name}'. ");
        }
        if (missing.Length > 0) return (null, AuthResult.Incomplete($"{missing}Re-examine the query-string parameters."));
        if (query["X-Amz-Algorithm"] != Algorithm)
            return (null, AuthResult.Incomplete($"Unsupported AWS 'algorithm': '{query["X-Amz-Algorithm"]}'."));

        TimeSpan? expires = null;
        if (query.TryGetValue("X-Amz-Expires", out var text))
        {
            // A week is what AWS allows at most.
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > 604_800)
                return (null, AuthResult.Incomplete($"X-Amz-Expires must be a number of seconds from 1 to 604800, got '{text}'."));
            expires = TimeSpan.FromSeconds(seconds);
        }
        return Build(query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"], query["X-Amz-Date"], expires);
    }

    private static (SigV4Request?, AuthResult.Refused?) Build(
        string credential, string signedHeaders, string signature, string dateText, TimeSpan? expires)
    {
        var elements = credential.Split('/');
        if (elements.Length != 5 || elements.Any(e => e.Length == 0))
        {
            return (null, AuthResult.Incomplete(
                $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"));
        }
        if (!TryReadDate(dateText, out var date))
        {
            return (null, AuthResult.Incomplete(
                $"Date must be in ISO-8601 'basic format'. Got '{dateText}'. See http://en.wikipedia.org/wiki/ISO_8601"));
        }
        var scope = new CredentialScope(elements[1], elements[2], elements[3], elements[4]);
        return (new SigV4Request(elements[0], scope, signedHeaders.Split(';'), signature, date, FormatDate(date), expires), null);
    }

    private static bool TryReadDate(string text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date)
        || DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    public static string FormatDate(DateTimeOffset date) => date.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What a signing key is good for; <paramref name="Date"/> is yyyyMMdd.</summary>
internal readonly record struct CredentialScope(string Date, string Region, string Service, string Terminator)
{
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}

/// <summary>A request as far as signatures look at it.</summary>
internal interface ISignedMessage
{
    string Method { get; }

    /// <summary>As sent, percent escapes untouched.</summary>
    string RawPath { get; }

    /// <summary>Decoded.</summary>
    IReadOnlyList<(string Name, string Value)> Query { get; }

    /// <summary>Null when absent; several of one name joined with commas.</summary>
    string? Header(string name);
}
