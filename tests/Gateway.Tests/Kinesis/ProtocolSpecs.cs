using System.Net.Http.Headers;
using System.Text;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>What comes before an action: method, content type, target, body, CORS, headers, and their order.</summary>
public sealed class ProtocolSpecs : GatewaySpecs
{
    private const string Denied =
        "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { AccessKeys = [GatewayHost.Key] });

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Any_other_method_than_post_is_denied_in_xml(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Gateway.Address);

        var answer = await Gateway.SendAsync(request);

        Assert.Equal((403, Denied), (answer.Status, answer.Body));
        Assert.False(answer.Headers.ContainsKey("Content-Type"));
    }

    [Fact]
    public async Task Answers_carry_the_headers_of_the_service()
    {
        var answer = await Gateway.CallAsync("ListStreams", "{}");

        answer.AssertOk();
        Assert.True(Guid.TryParseExact(answer.Headers["x-amzn-RequestId"], "D", out _));
        Assert.Equal(answer.Headers["x-amzn-RequestId"], answer.Headers["x-amzn-RequestId"].ToLowerInvariant());
        Assert.InRange(Convert.FromBase64String(answer.Headers["x-amz-id-2"]).Length, 64, 80);
        Assert.Equal($"{answer.Body.Length}", answer.Headers["Content-Length"]);
        Assert.True(answer.Headers.ContainsKey("Date"));
        Assert.False(answer.Headers.ContainsKey("Server"));
        Assert.False(answer.Headers.ContainsKey("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_browser_may_read_answers()
    {
        using var request = Gateway.Request("ListStreams", "{}"u8.ToArray());
        request.Headers.Add("Origin", "https://example.org");

        var answer = await Gateway.SendAsync(request);

        Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Equal(
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date",
            answer.Headers["Access-Control-Expose-Headers"]);
    }

    [Theory]
    [InlineData("POST", "https://example.org")]
    [InlineData("POST", "http://localhost.example.org")]
    [InlineData("POST", "null")]
    [InlineData("OPTIONS", "https://example.org")]
    public async Task A_page_of_another_machine_may_not_call_a_gateway_without_keys(string method, string origin)
    {
        await using var keyless = await GatewayHost.StartAsync();
        using var request = keyless.Request("ListStreams", "{}"u8.ToArray());
        request.Method = new HttpMethod(method);
        request.Headers.Add("Origin", origin);

        var answer = await keyless.SendAsync(request);

        Assert.Equal(403, answer.Status);
        Assert.Contains("AccessDeniedException", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers.Keys, k => k.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_preflight_needs_no_signature()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Gateway.Address);
        request.Headers.Add("Origin", "https://example.org");
        request.Headers.Add("Access-Control-Request-Headers", "x-amz-target,authorization");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        var answer = await Gateway.SendAsync(request);

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Equal("x-amz-target,authorization", answer.Headers["Access-Control-Allow-Headers"]);
        Assert.Equal("POST", answer.Headers["Access-Control-Allow-Methods"]);
        Assert.Equal("172800", answer.Headers["Access-Control-Max-Age"]);
        Assert.Equal("0", answer.Headers["Content-Length"]);
        Assert.False(answer.Headers.ContainsKey("Content-Type"));
        Assert.False(answer.Headers.ContainsKey("x-amz-id-2"));
        Assert.True(answer.Headers.ContainsKey("x-amzn-RequestId"));
    }

    [Theory]
    [InlineData("Kinesis_20131202.PutRecordz")]
    [InlineData("Kinesis_20131202.")]
    [InlineData("Kinesis_20131202")]
    [InlineData("Kinesis_20131202.listStreams")]
    [InlineData("DynamoDB_20120810.ListTables")]
    [InlineData("Kinesis_20131202.SplitStream")]
    [InlineData("")]
    public async Task An_unknown_target_is_no_operation(string target)
    {
        using var request = Gateway.Unsigned("ListStreams", "{}"u8.ToArray());
        request.Headers.Remove("X-Amz-Target");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);

        (await Gateway.SendAsync(request)).AssertError("UnknownOperationException", null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("hello")]
    [InlineData("{\"a\":\"\u0001\"}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    public async Task A_body_that_does_not_parse_is_reported_before_the_missing_signature(string body)
    {
        foreach (var operation in (string[])["ListStreams", "PutRecords", "PutRecord"])
        {
            using var unsigned = Gateway.Unsigned(operation, Encoding.UTF8.GetBytes(body));
            (await Gateway.SendAsync(unsigned)).AssertError("SerializationException", null);
            (await Gateway.CallAsync(operation, body)).AssertError("SerializationException", null);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_do_not_parse()
    {
        foreach (var operation in (string[])["ListStreams", "PutRecords", "PutRecord"])
        {
            using var request = Gateway.Request(operation, [.. "{\"StreamName\":\""u8, 0xff, .. "\"}"u8]);
            (await Gateway.SendAsync(request)).AssertError("SerializationException", null);
        }
    }

    [Fact]
    public async Task Nesting_has_a_bound()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        (await Gateway.CallAsync("PutRecords", deep)).AssertError("SerializationException", null);
        (await Gateway.CallAsync("ListStreams", deep)).AssertError("SerializationException", null);
    }

    [Theory]
    [InlineData("application/x-amz-json-1.1; charset=utf-8")]
    [InlineData("  application/x-amz-json-1.1  ;x")]
    public async Task Parameters_of_the_content_type_are_passed_over(string contentType)
    {
        using var request = Gateway.Request("ListStreams", "{}"u8.ToArray());
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        (await Gateway.SendAsync(request)).AssertOk();
    }

    [Fact]
    public async Task Without_a_known_content_type_the_error_is_xml()
    {
        using var known = Gateway.Request("ListStreams", "{}"u8.ToArray());
        known.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse("text/plain");
        using var unknown = new HttpRequestMessage(HttpMethod.Post, Gateway.Address) { Content = new StringContent("hello") };

        var noType = await Gateway.SendAsync(known);
        var nothing = await Gateway.SendAsync(unknown);

        Assert.Equal((404, "<UnknownOperationException/>\n"), (noType.Status, noType.Body));
        Assert.Equal((403, Denied), (nothing.Status, nothing.Body));
    }

    [Fact]
    public async Task The_path_is_not_looked_at()
    {
        using var request = Gateway.Unsigned("ListStreams", "{}"u8.ToArray());
        request.RequestUri = new Uri(Gateway.Address, "/some/../path/a%20b/?x=1&y=a%2Fb&x=0");
        new SigV4Signer(GatewayHost.Key, GatewayHost.Region, Gateway.Time).Sign(request, "{}"u8);

        (await Gateway.SendAsync(request)).AssertOk();
    }

    [Fact]
    public async Task Authentication_comes_before_the_types_of_members()
    {
        using var unsigned = Gateway.Unsigned("CreateStream", "{\"StreamName\":1}"u8.ToArray());

        (await Gateway.SendAsync(unsigned)).AssertError("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
}
