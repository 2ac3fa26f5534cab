using ActorStreams.Gateway.Auth;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Gateway.Tests.Auth;

/// <summary>Signatures that botocore 1.43 made, so that signer and verifier can't be wrong in the same way.</summary>
public sealed class KnownSignatureSpecs
{
    private const string Plain = "ba6801fc9baadb91cb5c5e4a24e5ca0d15fcd74f89fd3059069ff647361685d0";
    private const string Odd = "498d9dc34220ff9edd76887f04df3b86f50975e4736fd25d24e9a6a59c1a12dc";
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private static readonly byte[] Body = "{\"StreamName\":\"s\"}"u8.ToArray();

    private readonly SigV4Verifier _verifier = new([GatewayHost.Key], Time);

    [Fact]
    public void A_plain_request_of_botocore_is_verified() =>
        Assert.Equal(new AuthResult.Accepted("AKIDEXAMPLE", "eu-central-1"), Verify("/", "localhost:4567", null, Plain));

    [Fact]
    public void Odd_paths_queries_and_header_values_are_made_canonical_alike() => Assert.Equal(
        new AuthResult.Accepted("AKIDEXAMPLE", "eu-central-1"),
        Verify("/a%20b/../c%20d//?x=1&y=%2F&x=0&z", "kinesis.example:4567", "tok  en ", Odd));

    [Theory]
    [InlineData("127.0.0.1:18567", true)]
    [InlineData("127.0.0.1:18568", false)]
    public void A_request_of_the_javascript_sdk_over_http2_is_verified(string authority, bool isAccepted)
    {
        // Recorded from version 3.1142.0.
        const string Signed = ":authority;amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;x-amz-content-sha256;"
            + "x-amz-date;x-amz-target;x-amz-user-agent";
        var result = new SigV4Verifier([GatewayHost.Key], new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 23, 31, 48, TimeSpan.Zero)))
            .Verify(
                new Message("/", new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    [":authority"] = authority,
                    ["content-type"] = "application/x-amz-json-1.1",
                    ["x-amz-target"] = "Kinesis_20131202.ListStreams",
                    ["content-length"] = "2",
                    ["x-amz-user-agent"] = "aws-sdk-js/3.1142.0",
                    ["amz-sdk-invocation-id"] = "3b91d21e-6e2f-4002-b612-dc67d80d14b6",
                    ["amz-sdk-request"] = "attempt=1; max=3",
                    ["x-amz-date"] = "20261123T233148Z",
                    ["x-amz-content-sha256"] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                    ["authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-central-1/kinesis/aws4_request, "
                        + $"SignedHeaders={Signed}, Signature=0f28303811e74af1802a1967fd143686c82f37d9c1604630a1b3a42ae621d5bf",
                }),
                "{}"u8);

        Assert.Equal(isAccepted, result is AuthResult.Accepted);
    }

    [Fact]
    public void The_signer_makes_the_same_signature()
    {
        var (date, authorization) = new SigV4Signer(GatewayHost.Key, "eu-central-1", Time).Sign(
            "POST",
            "/",
            [
                new("Content-Type", "application/x-amz-json-1.1"),
                new("Host", "localhost:4567"),
                new("X-Amz-Target", "Kinesis_20131202.DescribeStream"),
            ],
            Body);

        Assert.Equal("20260301T120000Z", date);
        Assert.EndsWith("Signature=" + Plain, authorization, StringComparison.Ordinal);
    }

    private AuthResult Verify(string target, string host, string? token, string signature)
    {
        var signed = "content-type;host;x-amz-date;" + (token is null ? "" : "x-amz-security-token;") + "x-amz-target";
        return _verifier.Verify(
            new Message(target, new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-central-1/kinesis/aws4_request, "
                    + $"SignedHeaders={signed}, Signature={signature}",
                ["Content-Type"] = "application/x-amz-json-1.1",
                ["Host"] = host,
                ["X-Amz-Date"] = "20260301T120000Z",
                ["X-Amz-Target"] = "Kinesis_20131202.DescribeStream",
                ["X-Amz-Security-Token"] = token,
            }),
            Body);
    }

    private sealed class Message(string target, Dictionary<string, string?> headers) : ISignedMessage
    {
        public string Method => "POST";
        public string RawPath => RequestTarget.Split(target).Path;
        public IReadOnlyList<(string Name, string Value)> Query => RequestTarget.Split(target).Query;
        public string? Header(string name) => headers.GetValueOrDefault(name);
    }
}
