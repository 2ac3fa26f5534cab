using System.Net;
using ActorStreams.Gateway.Auth;
using ActorStreams.Node.Apply;
using ActorStreams.Node.Client;
using ActorStreams.Node.Tests.Firehose;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Apply;

/// <summary>What a run said, and its exit code.</summary>
internal sealed record Applied(int Code, string Output, string Errors);

/// <summary>A node for several specs, each with names of its own.</summary>
public sealed class ApplyNode : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private NodeProcess? _node;

    public Uri Endpoint => _node!.Endpoint;

    internal FirehoseHttp Firehose { get; private set; } = null!;

    internal KinesisHttp Kinesis { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _node = NodeProcess.Start(_folder.Folder("data"), settings: new Dictionary<string, string>
        {
            ["Firehose:Buckets:lake:Folder"] = Directory.CreateDirectory(_folder.Folder("lake")).FullName,
            ["Encryption:Keys:main"] = Convert.ToBase64String(new byte[32]),
            ["Encryption:Keys:aws/firehose"] = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray()),
        });
        await _node.ReadyAsync();
        Firehose = new FirehoseHttp(Endpoint);
        Kinesis = new KinesisHttp(Endpoint, "us-east-1");
    }

    public async Task DisposeAsync()
    {
        Firehose.Dispose();
        Kinesis.Dispose();
        await _node!.DisposeAsync();
        _folder.Dispose();
    }

    internal Task<Applied> ApplyAsync(string yaml, ApplyMode mode = ApplyMode.Apply, Dictionary<string, string>? environment = null, HttpMessageHandler? network = null) =>
        RunAsync(Endpoint, yaml, mode, environment, network);

    internal static async Task<Applied> RunAsync(
        Uri endpoint, string yaml, ApplyMode mode = ApplyMode.Apply, Dictionary<string, string>? environment = null, HttpMessageHandler? network = null, string secret = "any")
    {
        using var http = new HttpClient(network ?? new SocketsHttpHandler());
        var (output, errors) = (new StringWriter(), new StringWriter());
        var services = new ApplyServices(http, endpoint, new AccessKey("AKTEST", secret), "us-east-1", TimeProvider.System);
        var run = new ApplyRun(services, new EnvironmentValues(name => environment?.GetValueOrDefault(name)), output, errors);
        var code = await run.RunAsync([("f", new StringReader(yaml))], mode, CancellationToken.None);
        return new Applied(code, output.ToString(), errors.ToString());
    }
}

/// <summary>Does something before the first call of an operation reaches the node.</summary>
internal sealed class Meanwhile(string operation, Func<Task> work) : DelegatingHandler(new SocketsHttpHandler())
{
    private bool _isDone;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_isDone && request.Headers.GetValues("X-Amz-Target").Single().EndsWith("." + operation, StringComparison.Ordinal))
        {
            _isDone = true;
            await work();
        }
        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>A service that knows nothing of checks.</summary>
internal sealed class OtherService : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("""{"__type":"UnknownOperationException"}""") });
}
