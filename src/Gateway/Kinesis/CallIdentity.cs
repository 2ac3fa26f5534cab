using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>
/// By what a client names a call on each of its tries: the header that is ours, or the one that AWS SDKs send unasked. The id is scoped to
/// access key, life of the stream and operation. SDKs repeat a body byte by byte, so theirs depends on it; under a token of ours another
/// body is a mistake that is told.
/// </summary>
internal sealed class CallIdentity
{
    public const string ClientTokenHeader = "x-actorstreams-client-token";
    public const int ClientTokenCharactersMax = 256;
    private const string InvocationHeader = "amz-sdk-invocation-id";

    // Theirs is a UUID of 36; what is longer is none of theirs.
    private const int InvocationCharactersMax = 128;
    private const int BodyHashBytes = 16;

    private readonly byte[] _scope;

    private CallIdentity(byte[] scope, bool isClientToken, ulong bodyHash, bool mayBeRepeat, bool hasMoreTries)
    {
        _scope = scope;
        IsClientToken = isClientToken;
        BodyHash = bodyHash;
        MayBeRepeat = mayBeRepeat;
        HasMoreTries = hasMoreTries;
    }

    /// <summary>Chosen by the client, not by its SDK.</summary>
    public bool IsClientToken { get; }

    /// <summary>Tells another body under the same token; 0 where the id depends on the body.</summary>
    public ulong BodyHash { get; }

    /// <summary>False where the SDK says that this is its first try.</summary>
    public bool MayBeRepeat { get; }

    /// <summary>True where the SDK says that it will try again, should this try fail as a whole.</summary>
    public bool HasMoreTries { get; }

    /// <summary>To be asked before the body is read, which may decode it in place. Null where nothing names the call.</summary>
    /// <param name="isOfSdks">The header that SDKs send is looked at.</param>
    public static CallIdentity? Of(ApiCall call, bool isOfSdks)
    {
        if (call.Header(ClientTokenHeader) is { } token)
        {
            if (token.Length is 0 or > ClientTokenCharactersMax)
            {
                throw KinesisErrors.InvalidArgument(string.Create(
                    CultureInfo.InvariantCulture, $"{ClientTokenHeader} has 1 to {ClientTokenCharactersMax} characters; this one has {token.Length}."));
            }
            var hash = XxHash3.HashToUInt64(call.Body.Span);
            return new CallIdentity(Scope(call, 1, token, []), isClientToken: true, hash == 0 ? 1 : hash, mayBeRepeat: true, hasMoreTries: false);
        }
        if (!isOfSdks || call.Header(InvocationHeader) is not { Length: > 0 and <= InvocationCharactersMax } invocation) return null;
        Span<byte> body = stackalloc byte[BodyHashBytes];
        XxHash128.Hash(call.Body.Span, body);
        var (attempt, max) = Tries(call);
        return new CallIdentity(
            Scope(call, 0, invocation, body), isClientToken: false, 0, mayBeRepeat: attempt != 1, hasMoreTries: IsFollowed(attempt, max));
    }

    /// <summary>The same for every try of the call on one life of the stream.</summary>
    public UInt128 IdIn(Incarnation incarnation) => IdIn(incarnation.Value);

    /// <summary>The same for every try of the call on any stream: 64 bits that tell calls apart.</summary>
    public ulong Scatter() => (ulong)IdIn(0L);

    private UInt128 IdIn(long incarnation)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(_scope, incarnation);
        SHA256.HashData(_scope, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    // The incarnation, a byte that tells the kinds apart, the hash of the body, then the texts, each with its length before it.
    private static byte[] Scope(ApiCall call, byte kind, string token, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<string> texts = [call.Caller.AccessKeyId, call.Operation, token];
        var bytes = sizeof(long) + 1 + body.Length;
        foreach (var text in texts) bytes += sizeof(ushort) + Encoding.UTF8.GetByteCount(text);
        var scope = new byte[bytes];
        var rest = scope.AsSpan(sizeof(long));
        rest[0] = kind;
        body.CopyTo(rest[1..]);
        rest = rest[(1 + body.Length)..];
        foreach (var text in texts)
        {
            var written = Encoding.UTF8.GetBytes(text, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)written);
            rest = rest[(sizeof(ushort) + written)..];
        }
        return scope;
    }

    /// <summary>
    /// <c>amz-sdk-request: attempt=1; max=3</c>, or of older SDKs for Java <c>amz-sdk-retry: 0/0/500</c>, which do not tell how many tries
    /// they make. 0 for what is not told.
    /// </summary>
    private static (int Attempt, int Max) Tries(ApiCall call)
    {
        if (call.Header("amz-sdk-request") is { } request)
        {
            var (attempt, max) = (0, 0);
            foreach (var part in request.AsSpan().Split(';'))
            {
                var pair = request.AsSpan(part).Trim();
                if (pair.StartsWith("attempt=", StringComparison.OrdinalIgnoreCase)) attempt = Number(pair["attempt=".Length..]);
                if (pair.StartsWith("max=", StringComparison.OrdinalIgnoreCase)) max = Number(pair["max=".Length..]);
            }
            if (attempt > 0) return (attempt, max);
        }
        return (call.Header("amz-sdk-retry")?.StartsWith("0/", StringComparison.Ordinal) == true ? 1 : 0, 0);
    }

    /// <summary>SDKs that tell how many tries they make only from the second on, as boto3 does unless told otherwise, do make one.</summary>
    private static bool IsFollowed(int attempt, int max) => max == 0 ? attempt == 1 : attempt < max && attempt > 0;

    private static int Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
