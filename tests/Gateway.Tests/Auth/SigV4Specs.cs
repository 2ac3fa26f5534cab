using System.Text;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Auth;

/// <summary>The signature check of a node that has access keys, over HTTP.</summary>
public sealed class SigV4Specs : GatewaySpecs
{
    private static readonly byte[] Body = "{}"u8.ToArray();

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [new("OTHER", "other"), GatewayHost.Key] });

    [Fact]
    public async Task A_signed_call_is_answered()
    {
        (await Gateway.CallAsync("ListStreams", "{}")).AssertOk();
        using var spaceless = Gateway.Request("ListStreams", Body);
        Authorize(spaceless, header => header.Replace(", ", ",", StringComparison.Ordinal));
        (await Gateway.SendAsync(spaceless)).AssertOk();
    }

    [Fact]
    public async Task A_signature_covers_body_target_and_headers()
    {
        using var body = Gateway.Request("ListStreams", Body);
        body.Content = Gateway.Unsigned("ListStreams", "{ }"u8.ToArray()).Content;
        using var target = Gateway.Request("ListStreams", Body);
        target.Headers.Remove("X-Amz-Target");
        target.Headers.Add("X-Amz-Target", "Kinesis_20131202.DescribeStream");
        using var signature = Gateway.Request("ListStreams", Body);
        Authorize(signature, header => header[..^1] + (header[^1] == '0' ? '1' : '0'));
        using var secret = Gateway.Request("ListStreams", Body, key: GatewayHost.Key with { SecretAccessKey = "wrong" });
        using var query = Gateway.Request("ListStreams", Body);
        query.RequestUri = new Uri(Gateway.Address, "/?a=b");

        foreach (var request in (HttpRequestMessage[])[body, target, signature, secret, query])
        {
            (await Gateway.SendAsync(request)).AssertError(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
                + "signing method. Consult the service documentation for details.");
        }
    }

    [Fact]
    public async Task An_unknown_key_is_not_recognised()
    {
        using var request = Gateway.Request("ListStreams", Body, key: new AccessKey("NOBODY", GatewayHost.Key.SecretAccessKey));

        (await Gateway.SendAsync(request))
            .AssertError("UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    [Fact]
    public async Task Clocks_may_differ_by_five_minutes()
    {
        using var early = Gateway.Request("ListStreams", Body);
        using var tooEarly = Gateway.Request("ListStreams", Body);
        Gateway.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(250));
        (await Gateway.SendAsync(early)).AssertOk();
        Gateway.Time.Advance(TimeSpan.FromSeconds(1));

        (await Gateway.SendAsync(tooEarly)).AssertError(
            "InvalidSignatureException",
            "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T120501Z - 5 min.)");
    }

    [Fact]
    public async Task Nothing_is_signed_in_the_future()
    {
        var ahead = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Gateway.Time.GetUtcNow() + TimeSpan.FromMinutes(6));
        using var request = Gateway.Unsigned("ListStreams", Body);
        new SigV4Signer(GatewayHost.Key, GatewayHost.Region, ahead).Sign(request, Body);

        (await Gateway.SendAsync(request)).AssertError(
            "InvalidSignatureException",
            "Signature not yet current: 20260301T120600Z is still later than 20260301T120500Z (20260301T120000Z + 5 min.)");
    }

    [Theory]
    [InlineData("Credential=")]
    [InlineData("Signature=")]
    [InlineData("SignedHeaders=")]
    public async Task A_missing_part_of_the_header_is_named(string part)
    {
        using var request = Gateway.Request("ListStreams", Body);
        var authorization = Authorize(request, header => header.Replace(part, "X=", StringComparison.Ordinal));

        (await Gateway.SendAsync(request)).AssertError(
            "IncompleteSignatureException", $"Authorization header requires '{part[..^1]}' parameter. Authorization={authorization}");
    }

    [Fact]
    public async Task All_missing_parts_are_named_in_order()
    {
        using var request = Gateway.Unsigned("ListStreams", Body);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer x");

        (await Gateway.SendAsync(request)).AssertError(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header "
            + "requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            + "Authorization=Bearer x");
    }

    [Fact]
    public async Task All_missing_query_parts_are_named_in_order()
    {
        using var request = Gateway.Unsigned("ListStreams", Body);
        request.RequestUri = new Uri(Gateway.Address, "/?X-Amz-Algorithm=AWS4-HMAC-SHA256");

        (await Gateway.SendAsync(request)).AssertError(
            "IncompleteSignatureException",
            "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. "
            + "AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. "
            + "Re-examine the query-string parameters.");
    }

    [Fact]
    public async Task Header_and_query_form_do_not_go_together()
    {
        using var request = Gateway.Request("ListStreams", Body);
        request.RequestUri = new Uri(Gateway.Address, "/?X-Amz-Algorithm=AWS4-HMAC-SHA256");

        (await Gateway.SendAsync(request)).AssertError(
            "InvalidSignatureException",
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
    }

    [Fact]
    public async Task The_query_form_is_verified_alike()
    {
        (await SendPresignedAsync("ListStreams", Gateway.Time.GetUtcNow(), "")).AssertOk();
        (await SendPresignedAsync("ListStreams", Gateway.Time.GetUtcNow() - TimeSpan.FromMinutes(50), "&X-Amz-Expires=3600")).AssertOk();
        (await SendPresignedAsync("ListStreams", Gateway.Time.GetUtcNow() - TimeSpan.FromMinutes(70), "&X-Amz-Expires=3600")).AssertError(
            "InvalidSignatureException",
            "Signature expired: 20260301T105000Z is now earlier than 20260301T110000Z (20260301T120000Z - 3600 s.)");
        (await SendPresignedAsync("ListStreams", Gateway.Time.GetUtcNow(), "&X-Amz-Expires=0")).AssertError(
            "IncompleteSignatureException", "X-Amz-Expires must be a number of seconds from 1 to 604800, got '0'.");
        Assert.Contains("does not match", (await SendPresignedAsync("ListStreams", Gateway.Time.GetUtcNow(), "", tamper: "&z=1")).Body);
    }

    [Theory]
    [InlineData("/kinesis/", "/firehose/", "Credential should be scoped to correct service: 'kinesis'. ")]
    [InlineData("/aws4_request", "/aws5", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ")]
    [InlineData("/eu-central-1/", "/a b/", "")]
    [InlineData("/eu-central-1/", "/a.b/", "Credential should be scoped to a valid region, not 'a.b'. ")]
    [InlineData(
        "/20260301/",
        "/20260302/",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260302' != '20260301', from "
        + "'20260301T120000Z'.")]
    public async Task A_wrong_scope_is_explained(string part, string wrong, string message)
    {
        using var request = Gateway.Request("ListStreams", Body);
        Authorize(request, header => header.Replace(part, wrong, StringComparison.Ordinal));

        var answer = await Gateway.SendAsync(request);

        // A space ends the credential, so that one has too few elements.
        if (message.Length == 0)
            Assert.Equal("IncompleteSignatureException", (string)answer.Json["__type"]!);
        else
            answer.AssertError("InvalidSignatureException", message);
    }

    [Theory]
    [InlineData("host;", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    [InlineData(";x-amz-target", "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.")]
    public async Task What_gives_a_request_its_meaning_is_signed(string part, string message)
    {
        using var request = Gateway.Request("ListStreams", Body);
        Authorize(request, header => header.Replace(part, "", StringComparison.Ordinal));

        (await Gateway.SendAsync(request)).AssertError("InvalidSignatureException", message);
    }

    [Theory]
    [InlineData("x-actorstreams-client-token")]
    [InlineData("x-actorstreams-producer")]
    [InlineData("x-actorstreams-epoch")]
    [InlineData("x-actorstreams-position")]
    public async Task A_header_of_ours_is_signed(string header)
    {
        using var captured = Gateway.Request("PutRecord", Body);
        captured.Headers.Add(header, "1");

        (await Gateway.SendAsync(captured)).AssertError(
            "InvalidSignatureException", $"'{header}' must be a 'SignedHeader' in the AWS Authorization.");
    }

    [Fact]
    public async Task An_unsigned_body_is_refused()
    {
        using var request = Gateway.Unsigned("ListStreams", Body);
        request.Headers.Add("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
        new SigV4Signer(GatewayHost.Key, GatewayHost.Region, Gateway.Time).Sign(request, Body);

        (await Gateway.SendAsync(request)).AssertError(
            "InvalidSignatureException", "The body must be signed; 'x-amz-content-sha256: UNSIGNED-PAYLOAD' is not accepted.");
    }

    [Fact]
    public async Task Without_access_keys_any_well_formed_signature_will_do()
    {
        await using var open = await GatewayHost.StartAsync();
        using var anybody = open.Request("ListStreams", Body, key: new AccessKey("anybody", "anything"));
        using var unsigned = open.Unsigned("ListStreams", Body);
        using var malformed = open.Request("ListStreams", Body);
        Authorize(malformed, header => header.Replace("/aws4_request", "", StringComparison.Ordinal));

        (await open.SendAsync(anybody)).AssertOk();
        (await open.SendAsync(unsigned)).AssertError("MissingAuthenticationTokenException", "Missing Authentication Token");
        (await open.SendAsync(malformed)).AssertError(
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
            + "'AKIDEXAMPLE/20260301/eu-central-1/kinesis'");
        Assert.True(new GatewayOptions().RequiresLoopback);
        Assert.False(new GatewayOptions { AccessKeys = [GatewayHost.Key] }.RequiresLoopback);
    }

    private static string Authorize(HttpRequestMessage request, Func<string, string> change)
    {
        var changed = change(request.Headers.GetValues("Authorization").Single());
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", changed);
        return changed;
    }

    private async Task<Answer> SendPresignedAsync(string operation, DateTimeOffset at, string more, string tamper = "")
    {
        var date = SigV4Request.FormatDate(at);
        var scope = new CredentialScope(date[..8], GatewayHost.Region, "kinesis", "aws4_request");
        var query = $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"{GatewayHost.Key.AccessKeyId}/{scope}")}"
            + $"&X-Amz-Date={date}&X-Amz-SignedHeaders=host%3Bx-amz-target{more}";
        using var request = Gateway.Unsigned(operation, Body);
        var message = new Presigned("/?" + query, new Dictionary<string, string>
        {
            ["host"] = Gateway.Address.Authority,
            ["x-amz-target"] = "Kinesis_20131202." + operation,
        });
        var canonical = CanonicalRequest.Build(message, ["host", "x-amz-target"], CanonicalRequest.HashHex(Body));
        var signature = SigningKeys.Sign(
            SigningKeys.Derive(GatewayHost.Key.SecretAccessKey, scope), CanonicalRequest.StringToSign(date, scope, canonical));
        request.RequestUri = new Uri(Gateway.Address, $"/?{query}&X-Amz-Signature={Convert.ToHexStringLower(signature)}{tamper}");
        return await Gateway.SendAsync(request);
    }

    private sealed class Presigned(string target, Dictionary<string, string> headers) : ISignedMessage
    {
        public string Method => "POST";
        public string RawPath => RequestTarget.Split(target).Path;
        public IReadOnlyList<(string Name, string Value)> Query => RequestTarget.Split(target).Query;
        public string? Header(string name) => headers.GetValueOrDefault(name);
    }
}
