using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Auth;

/// <summary>
/// Verifies Signature Version 4 in header and query form. Without access keys any well-formed signature is accepted, and only its
/// scope is read; who hosts it then listens on loopback only. Safe from any thread.
/// </summary>
internal sealed class SigV4Verifier(IEnumerable<AccessKey> accessKeys, TimeProvider time)
{
    private const string Terminator = "aws4_request";

    // They decide what a put stores: a captured one with another producer's name would shut that out for ever.
    private static readonly string[] s_signedWhereThere =
        [CallIdentity.ClientTokenHeader, ProducerHeaders.NameHeader, ProducerHeaders.EpochHeader, ProducerHeaders.PositionHeader];

    private static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(5);

    private readonly FrozenDictionary<string, AccessKey> _accessKeys = accessKeys.ToFrozenDictionary(k => k.AccessKeyId);
    private readonly SigningKeys _signingKeys = new();

    /// <param name="body">All of it, as received; its hash is computed here and never taken from a header.</param>
    /// <param name="service">That the request must be signed for.</param>
    public AuthResult Verify(ISignedMessage message, ReadOnlySpan<byte> body, string service = "kinesis")
    {
        var (request, refusal) = SigV4Request.Read(message);
        if (request is null) return refusal!;
        if (CheckScope(request, service) is { } wrongScope) return wrongScope;
        if (_accessKeys.Count == 0) return new AuthResult.Accepted(request.AccessKeyId, request.Scope.Region);

        if (!_accessKeys.TryGetValue(request.AccessKeyId, out var accessKey))
            return new AuthResult.Refused("UnrecognizedClientException", "The security token included in the request is invalid.");
        return CheckDate(request) ?? CheckSignedParts(message, request) ?? CheckSignature(message, request, accessKey, body);
    }

    private static AuthResult.Refused? CheckScope(SigV4Request request, string service)
    {
        var scope = request.Scope;
        if (scope.Service != service)
            return AuthResult.Invalid($"Credential should be scoped to correct service: '{service}'. ");
        if (scope.Terminator != Terminator)
            return AuthResult.Invalid($"Credential should be scoped with a valid terminator: '{Terminator}', not '{scope.Terminator}'. ");
        // The region becomes part of names in the store, so its characters and length are bounded.
        if (scope.Region.Length > KinesisRegion.LengthMax || !KinesisRegion.IsWellFormed(scope.Region))
            return AuthResult.Invalid($"Credential should be scoped to a valid region, not '{scope.Region}'. ");
        return request.DateText.StartsWith(scope.Date, StringComparison.Ordinal) && scope.Date.Length == 8
            ? null
            : AuthResult.Invalid(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                + $"'{scope.Date}' != '{request.DateText[..8]}', from '{request.DateText}'.");
    }

    private AuthResult.Refused? CheckDate(SigV4Request request)
    {
        var now = time.GetUtcNow();
        var lifetime = request.Expires ?? SkewMax;
        if (request.Date < now - lifetime)
        {
            var limit = request.Expires is null ? "5 min." : $"{lifetime.TotalSeconds:0} s.";
            return AuthResult.Invalid(
                $"Signature expired: {request.DateText} is now earlier than {SigV4Request.FormatDate(now - lifetime)} "
                + $"({SigV4Request.FormatDate(now)} - {limit})");
        }
        return request.Date > now + SkewMax
            ? AuthResult.Invalid(
                $"Signature not yet current: {request.DateText} is still later than {SigV4Request.FormatDate(now + SkewMax)} "
                + $"({SigV4Request.FormatDate(now)} + 5 min.)")
            : null;
    }

    // What decides the meaning of a request must be signed, or a captured one could be turned into another.
    private static AuthResult.Refused? CheckSignedParts(ISignedMessage message, SigV4Request request)
    {
        if (!request.SignedHeaders.Contains("host") && !request.SignedHeaders.Contains(":authority"))
            return AuthResult.Invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        if (!request.SignedHeaders.Contains("x-amz-target"))
            return AuthResult.Invalid("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
        foreach (var header in s_signedWhereThere)
        {
            if (message.Header(header) is not null && !request.SignedHeaders.Contains(header))
                return AuthResult.Invalid($"'{header}' must be a 'SignedHeader' in the AWS Authorization.");
        }
        return message.Header("X-Amz-Content-Sha256") is { } declared
            && (declared.StartsWith("UNSIGNED-PAYLOAD", StringComparison.Ordinal) || declared.StartsWith("STREAMING-", StringComparison.Ordinal))
                ? AuthResult.Invalid($"The body must be signed; 'x-amz-content-sha256: {declared}' is not accepted.")
                : null;
    }

    private AuthResult CheckSignature(ISignedMessage message, SigV4Request request, AccessKey accessKey, ReadOnlySpan<byte> body)
    {
        var canonical = CanonicalRequest.Build(message, request.SignedHeaders, CanonicalRequest.HashHex(body));
        var expected = SigningKeys.Sign(
            _signingKeys.For(accessKey, request.Scope), CanonicalRequest.StringToSign(request.DateText, request.Scope, canonical));
        var given = Encoding.UTF8.GetBytes(request.Signature);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)), given)
            ? new AuthResult.Accepted(request.AccessKeyId, request.Scope.Region)
            : AuthResult.Invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
                + "signing method. Consult the service documentation for details.");
    }
}

/// <summary>Any name works as a region, as long as it is one.</summary>
internal static class KinesisRegion
{
    public const int LengthMax = 64;

    public static bool IsWellFormed(ReadOnlySpan<char> region)
    {
        foreach (var character in region)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) return false;
        }
        return !region.IsEmpty;
    }
}
