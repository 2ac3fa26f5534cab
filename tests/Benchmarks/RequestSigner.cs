using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Benchmarks;

/// <summary>
/// AWS Signature Version 4 for requests to <c>POST /</c>, with the headers content-type, host, x-amz-date and x-amz-target signed.
/// One signer may be shared by all connections; the signing key is derived once a day as SDKs do.
/// </summary>
public sealed class RequestSigner(string accessKey, string secretKey, string region, string host, TimeProvider time, AwsApi? of = null)
{
    private readonly AwsApi _api = of ?? AwsApi.Kinesis;
    internal const string SignedHeaders = "content-type;host;x-amz-date;x-amz-target";
    public const string Json = "application/x-amz-json-1.1";
    public const string Cbor = "application/x-amz-cbor-1.1";
    internal const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    private volatile DayKey? _dayKey;

    public string Host => host;

    /// <summary>Builds the whole HTTP request once. The body is hashed here, since the load generator sends the same bodies again and again;
    /// date and signature are written anew by each <see cref="SignedRequest.Stamp"/>.</summary>
    public SignedRequest Prepare(string operation, ReadOnlySpan<byte> body, string contentType = Json) =>
        new(this, _api.TargetPrefix + operation, body, contentType);

    public SignedRequest Prepare(string operation, string json) => Prepare(operation, Encoding.UTF8.GetBytes(json));

    internal string Credential(string day) => $"{accessKey}/{Scope(day)}";

    internal string Scope(string day) => $"{day}/{region}/{_api.Service}/aws4_request";

    internal void FormatNow(Span<byte> date)
    {
        if (!time.GetUtcNow().UtcDateTime.TryFormat(date, out _, DateFormat, CultureInfo.InvariantCulture))
            throw new InvalidOperationException("The date field is 16 bytes long.");
    }

    /// <summary>Lower-case hex HMAC of the string to sign under the key of its day.</summary>
    internal void Sign(ReadOnlySpan<byte> stringToSign, ReadOnlySpan<byte> day, Span<byte> signatureHex)
    {
        var key = _dayKey;
        if (key is null || !day.SequenceEqual(key.Day))
            _dayKey = key = new DayKey(day.ToArray(), DeriveKey(day));
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key.Key, stringToSign, mac);
        Convert.TryToHexStringLower(mac, signatureHex, out _);
    }

    private byte[] DeriveKey(ReadOnlySpan<byte> day)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretKey), day);
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(_api.Service));
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }

    private sealed record DayKey(byte[] Day, byte[] Key);
}

/// <param name="Service">In the scope of signatures.</param>
/// <param name="TargetPrefix">Before the operation in <c>X-Amz-Target</c>.</param>
public sealed record AwsApi(string Service, string TargetPrefix)
{
    public static readonly AwsApi Kinesis = new("kinesis", "Kinesis_20131202.");

    public static readonly AwsApi Firehose = new("firehose", "Firehose_20150804.");
}
