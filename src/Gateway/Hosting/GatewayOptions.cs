using System.Collections.Immutable;
using System.Net;
using ActorStreams.Gateway.Auth;
using ActorStreams.Gateway.FanOut;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Tls;

namespace ActorStreams.Gateway.Hosting;

/// <summary>Settings of the AWS protocols' endpoint. All bounds hold per node.</summary>
public sealed record GatewayOptions
{
    /// <summary>TCP port, default 4567; 0 takes a free one.</summary>
    public int Port { get; init; } = 4567;

    /// <summary>TCP port for TLS, with HTTP/2 and HTTP/1.1 as clients prefer; null, the default, is none. 0 takes a free one. Needs <see cref="Tls"/>.</summary>
    public int? TlsPort { get; init; }

    /// <summary>The certificate of the TLS port; null, the default, where there is no such port.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>
    /// IP address to listen on when access keys are configured; null, the default, is every network of this machine. Without keys
    /// it is always loopback.
    /// </summary>
    public string? BindAddress { get; init; }

    /// <summary>The one account of this installation, 12 digits, default 000000000000. It is part of every ARN.</summary>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>Who may sign. None, the default, accepts any well-formed signature; see <see cref="RequiresLoopback"/>.</summary>
    public ImmutableArray<AccessKey> AccessKeys { get; init; } = [];

    /// <summary>
    /// Which rates hold: Open, the default, none but those that keep the node in memory; Compat those of Kinesis and Firehose, counted by each node
    /// for itself.
    /// </summary>
    public LimitsMode Limits { get; init; } = LimitsMode.Open;

    /// <summary>Connections at once, default 1,024. Too few and clients are turned away; too many and an idle crowd holds memory.</summary>
    public int ConnectionsMax { get; init; } = 1_024;

    /// <summary>Requests at once, default 512; more are answered 503, which SDKs retry. Too many and each of them is slow.</summary>
    public int RequestsMax { get; init; } = 512;

    /// <summary>
    /// Bytes of one request body, default 16 MiB: 10 MiB of records as base64, 500 keys of 256 escaped characters, and the JSON around.
    /// Below that, requests which Kinesis takes are refused.
    /// </summary>
    public int RequestBodyBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of all request bodies in memory together, default 256 MiB; more are answered 503.</summary>
    public long RequestBodiesBytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Bytes of all answers to GetRecords on their way together, default 256 MiB; more are answered 503.</summary>
    public long AnswersBytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>
    /// Bytes a second that a request body must come and an answer be taken at, after <see cref="SlowClientGrace"/>; default 16,384, at
    /// which the largest answer takes a quarter of an hour. Zero lets a stalled client hold its memory for ever.
    /// </summary>
    public double SlowClientBytesPerSecondMin { get; init; } = 16_384;

    /// <summary>Default 5 s. At least 1 s, the clock tick of the server.</summary>
    public TimeSpan SlowClientGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the head of a request may take, and the first bytes of a connection, default 10 s.</summary>
    public TimeSpan RequestHeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection is kept, default 130 s; SDKs expect more than a minute.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// Requests at once on one HTTP/2 connection, default 100; a client waits with more. Too few and clients that share one connection
    /// queue; with too many, a single one can fill <see cref="RequestsMax"/>.
    /// </summary>
    public int Http2StreamsMax { get; init; } = 100;

    /// <summary>Silence on an HTTP/2 connection after which its client is asked whether it is there, default 30 s, at least 1 s.</summary>
    public TimeSpan Http2PingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to answer that before it is given up, default 20 s, at least 1 s.</summary>
    public TimeSpan Http2PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long puts wait for the shards that take over from a split or merged one, default 5 s; then their entries fail.</summary>
    public TimeSpan ReroutePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the tries that an SDK makes of one call store its records once, default true. They are told by the headers that SDKs send;
    /// how long is said by the shards' <c>RetryWindow</c>.
    /// </summary>
    public bool DetectRetries { get; init; } = true;

    /// <summary>Bounds of SubscribeToShard.</summary>
    public FanOutOptions FanOut { get; init; } = new();

    /// <summary>Without access keys nobody is authenticated, so the host must listen on loopback only.</summary>
    public bool RequiresLoopback => AccessKeys.IsDefaultOrEmpty;

    /// <summary>All that is wrong, each as a sentence that names the setting and what is allowed.</summary>
    public IEnumerable<string> Problems()
    {
        if (Port is < 0 or > 65_535) yield return $"Port {Port} is not in 0 to 65535.";
        if (TlsPort is < 0 or > 65_535) yield return $"TlsPort {TlsPort} is not in 0 to 65535.";
        if (TlsPort is > 0 && TlsPort == Port) yield return $"TlsPort {TlsPort} is the Port for clear text too.";
        if (TlsPort is not null && Tls is null) yield return $"TlsPort is {TlsPort}, but there is no Tls:CertificatePath.";
        if (TlsPort is null && Tls is not null) yield return "Tls:CertificatePath is set, but no TlsPort.";
        if (BindAddress is not null && !IPAddress.TryParse(BindAddress, out _)) yield return $"BindAddress '{BindAddress}' is not an IP address.";
        if (AccountId.Length != 12 || !AccountId.All(char.IsAsciiDigit)) yield return $"AccountId '{AccountId}' is not 12 digits.";
        if (ConnectionsMax < 1) yield return $"ConnectionsMax {ConnectionsMax} is below 1.";
        if (RequestsMax < 1) yield return $"RequestsMax {RequestsMax} is below 1.";
        if (RequestBodyBytesMax is < 1024 or > 1 << 30) yield return $"RequestBodyBytesMax {RequestBodyBytesMax} is not in 1024 to 1073741824.";
        if (RequestBodiesBytesMax < RequestBodyBytesMax)
            yield return $"RequestBodiesBytesMax {RequestBodiesBytesMax} is below RequestBodyBytesMax {RequestBodyBytesMax}.";
        // The largest answer: 10 MiB of records as base64, and 10,000 times what stands around one.
        if (AnswersBytesMax < 20 * 1024 * 1024) yield return $"AnswersBytesMax {AnswersBytesMax} is below 20971520.";
        if (SlowClientBytesPerSecondMin < 0) yield return $"SlowClientBytesPerSecondMin {SlowClientBytesPerSecondMin} is negative.";
        if (SlowClientGrace <= TimeSpan.FromSeconds(1)) yield return $"SlowClientGrace {SlowClientGrace} is not above 1 s.";
        if (RequestHeadTimeout <= TimeSpan.Zero) yield return $"RequestHeadTimeout {RequestHeadTimeout} is not positive.";
        if (KeepAliveTimeout <= TimeSpan.Zero) yield return $"KeepAliveTimeout {KeepAliveTimeout} is not positive.";
        if (ReroutePatience < TimeSpan.Zero) yield return $"ReroutePatience {ReroutePatience} is negative.";
        if (Http2StreamsMax < 1) yield return $"Http2StreamsMax {Http2StreamsMax} is below 1.";
        // The server's clock ticks once a second, and refuses less.
        if (Http2PingDelay < TimeSpan.FromSeconds(1)) yield return $"Http2PingDelay {Http2PingDelay} is below 1 s.";
        if (Http2PingTimeout < TimeSpan.FromSeconds(1)) yield return $"Http2PingTimeout {Http2PingTimeout} is below 1 s.";
        foreach (var problem in FanOut.Problems()) yield return problem;
        if (AccessKeys.IsDefaultOrEmpty) yield break;
        if (AccessKeys.Any(k => string.IsNullOrEmpty(k.AccessKeyId) || string.IsNullOrEmpty(k.SecretAccessKey) || k.AccessKeyId.Contains('/')))
            yield return "AccessKeys: every access key needs an AccessKeyId without a slash and a SecretAccessKey.";
        if (AccessKeys.Any(k => k.AccountId is { } account && (account.Length != 12 || !account.All(char.IsAsciiDigit))))
            yield return "AccessKeys: an AccountId is not 12 digits; left out, it is the AccountId of the installation.";
        if (AccessKeys.Any(k => k.UserName is { } user && !UserNames.IsWellFormed(user)))
            yield return "AccessKeys: a UserName is not 1 to 64 letters, digits and _+=,.@-; left out, it is the AccessKeyId.";
        if (AccessKeys.Select(k => k.AccessKeyId).Distinct().Count() != AccessKeys.Length)
            yield return "AccessKeys: an AccessKeyId stands there more than once.";
        foreach (var key in AccessKeys)
        {
            if (key.PolicyProblem() is { } problem) yield return $"AccessKeys: {key.AccessKeyId} {problem}";
        }
    }
}
