namespace ActorStreams.Gateway.Auth;

/// <summary>Signs requests to a Kinesis endpoint as an SDK does, in header form. Safe from any thread.</summary>
public sealed class SigV4Signer(AccessKey accessKey, string region, TimeProvider time, string service = "kinesis")
{
    private readonly SigningKeys _keys = new();

    /// <summary>
    /// The headers to add: <c>X-Amz-Date</c> and <c>Authorization</c>, which covers the given headers (<c>host</c> and
    /// <c>x-amz-target</c> must be among them).
    /// </summary>
    public (string Date, string Authorization) Sign(
        string method, string pathAndQuery, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body)
    {
        var now = time.GetUtcNow();
        var date = SigV4Request.FormatDate(now);
        var all = headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value, StringComparer.Ordinal);
        all["x-amz-date"] = date;
        var names = all.Keys.Order(StringComparer.Ordinal).ToArray();
        var scope = new CredentialScope(date[..8], region, service, "aws4_request");
        var message = new OutgoingMessage(method, pathAndQuery, all);
        var canonical = CanonicalRequest.Build(message, names, CanonicalRequest.HashHex(body));
        var signature = SigningKeys.Sign(_keys.For(accessKey, scope), CanonicalRequest.StringToSign(date, scope, canonical));
        var authorization = $"{SigV4Request.Algorithm} Credential={accessKey.AccessKeyId}/{scope}, "
            + $"SignedHeaders={string.Join(';', names)}, Signature={Convert.ToHexStringLower(signature)}";
        return (date, authorization);
    }

    /// <summary>Adds the headers to a message with an absolute address, whose <c>X-Amz-*</c> and <c>X-ActorStreams-*</c> headers are already set.</summary>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        var uri = request.RequestUri is { IsAbsoluteUri: true } absolute
            ? absolute
            : throw new ArgumentException("Only a request with an absolute address can be signed.", nameof(request));
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["host"] = request.Headers.Host ?? uri.Authority };
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-ActorStreams-", StringComparison.OrdinalIgnoreCase))
                headers[name] = string.Join(',', values);
        }
        var (date, authorization) = Sign(request.Method.Method, uri.PathAndQuery, headers, body);
        request.Headers.Remove("X-Amz-Date");
        request.Headers.Add("X-Amz-Date", date);
        // The typed header refuses the commas that AWS's scheme has.
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
    }

    private sealed class OutgoingMessage(string method, string pathAndQuery, Dictionary<string, string> headers) : ISignedMessage
    {
        private readonly (string Path, IReadOnlyList<(string Name, string Value)> Query) _target = RequestTarget.Split(pathAndQuery);

        public string Method => method;
        public string RawPath => _target.Path;
        public IReadOnlyList<(string Name, string Value)> Query => _target.Query;
        public string? Header(string name) => headers.GetValueOrDefault(name);
    }
}
