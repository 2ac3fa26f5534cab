using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ActorStreams.Benchmarks;

/// <summary>
/// One HTTP request as the bytes that go on the wire. <see cref="Stamp"/> writes date, signature and invocation id in place, so a request
/// costs its sender two short hashes and one HMAC but no allocation. Not for two threads at once.
/// </summary>
public sealed class SignedRequest
{
    private const int DateLength = 16;
    private const int DayLength = 8;
    private const int HexLength = 64;

    private readonly RequestSigner _signer;
    private readonly byte[] _wire;
    private readonly int _wireDate;
    private readonly int _wireDay;
    private readonly int _wireSignature;
    private readonly int _wireInvocation;
    private readonly byte[] _canonical;
    private readonly int _canonicalDate;
    private readonly byte[] _stringToSign;
    private readonly int _stringDay;
    private readonly ulong _invocationHigh = (ulong)Random.Shared.NextInt64();
    private ulong _invocationLow;

    internal SignedRequest(RequestSigner signer, string target, ReadOnlySpan<byte> body, string contentType)
    {
        _signer = signer;
        var date = new string('0', DateLength);
        var day = new string('0', DayLength);
        var signature = new string('0', HexLength);
        var invocation = Guid.Empty.ToString();

        var head = $"POST / HTTP/1.1\r\nHost: {signer.Host}\r\nContent-Type: {contentType}\r\nX-Amz-Target: {target}\r\n"
            + $"X-Amz-Date: {date}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={signer.Credential(day)}, "
            + $"SignedHeaders={RequestSigner.SignedHeaders}, Signature={signature}\r\namz-sdk-invocation-id: {invocation}\r\n"
            + $"amz-sdk-request: attempt=1\r\nUser-Agent: actorstreams-benchmarks\r\nContent-Length: {body.Length}\r\n\r\n";
        _wire = new byte[head.Length + body.Length];
        Encoding.ASCII.GetBytes(head, _wire);
        body.CopyTo(_wire.AsSpan(head.Length));
        _wireDate = After(head, "X-Amz-Date: ");
        _wireDay = head.IndexOf(signer.Credential(day), StringComparison.Ordinal) + signer.Credential(day).Length - signer.Scope(day).Length;
        _wireSignature = After(head, "Signature=");
        _wireInvocation = After(head, "amz-sdk-invocation-id: ");

        var canonical = $"POST\n/\n\ncontent-type:{contentType}\nhost:{signer.Host}\nx-amz-date:{date}\n"
            + $"x-amz-target:{target}\n\n{RequestSigner.SignedHeaders}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        _canonical = Encoding.ASCII.GetBytes(canonical);
        _canonicalDate = After(canonical, "x-amz-date:");

        var prefix = $"AWS4-HMAC-SHA256\n{date}\n";
        _stringToSign = Encoding.ASCII.GetBytes(prefix + signer.Scope(day) + "\n" + signature);
        _stringDay = prefix.Length;
    }

    /// <summary>Signs for the present second with a fresh invocation id, as for the first try of a new call, and gives the bytes to send.
    /// They are valid until the next call.</summary>
    public ReadOnlySpan<byte> Stamp()
    {
        var date = _wire.AsSpan(_wireDate, DateLength);
        _signer.FormatNow(date);
        var day = date[..DayLength];
        day.CopyTo(_wire.AsSpan(_wireDay));
        date.CopyTo(_canonical.AsSpan(_canonicalDate));
        date.CopyTo(_stringToSign.AsSpan("AWS4-HMAC-SHA256\n".Length));
        day.CopyTo(_stringToSign.AsSpan(_stringDay));

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(_canonical, hash);
        Convert.TryToHexStringLower(hash, _stringToSign.AsSpan(_stringToSign.Length - HexLength), out _);
        _signer.Sign(_stringToSign, day, _wire.AsSpan(_wireSignature, HexLength));

        Utf8Formatter.TryFormat(NextInvocationId(), _wire.AsSpan(_wireInvocation), out _);
        return _wire;
    }

    private Guid NextInvocationId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, _invocationHigh);
        BitConverter.TryWriteBytes(bytes[8..], ++_invocationLow);
        return new Guid(bytes);
    }

    private static int After(string text, string marker) => text.IndexOf(marker, StringComparison.Ordinal) + marker.Length;
}
