using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// PutRecords of 500 over HTTP/2, in turns over TLS and in clear text, to one node with both ports. What counts is the server's CPU for a
/// record: the client is .NET's, which costs more than the server.
/// </summary>
public sealed class TlsWorkload : IWorkload
{
    private const int Connections = 8;
    private const int RecordsPerRequest = 500;
    private const int RecordBytes = 100;
    private const int Shards = 4;
    private const int Rounds = 4;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command)
            return;
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "tls")).FullName;
        var tlsPort = Listening.FreePort();
        await using var process = await NodeProcess.StartAsync(WithTls(command, folder, tlsPort), Path.Combine(folder, "data"));
        var node = context.Observe(process);
        var stream = context.NewStreamName("tls");
        using (var control = node.Connect()) control.CreateStream(stream, Shards);

        var tlsEndpoint = new IPEndPoint(IPAddress.Loopback, tlsPort);
        using var clear = LoadOf(new Uri($"http://{node.Endpoint}/"), node.Signer, stream);
        using var tls = LoadOf(new Uri($"https://{tlsEndpoint}/"), context.SignerFor(tlsEndpoint), stream);
        Measure? clearSum = null, tlsSum = null;
        for (var round = 0; round < Rounds; round++)
        {
            var measure = await clear.RunAsync(WarmUp, context.Window / Rounds, node.Usage);
            clearSum = clearSum is null ? measure : clearSum + measure;
            measure = await tls.RunAsync(WarmUp, context.Window / Rounds, node.Usage);
            tlsSum = tlsSum is null ? measure : tlsSum + measure;
        }
        context.Report.Add(Row.Of("PutRecords 500 x 100 B, h2 over TLS", tlsSum!, ("h2c", clearSum!), null));
        if (tlsSum!.ServerCpuSecondsPerMillion / clearSum!.ServerCpuSecondsPerMillion is { } ratio)
            context.Report.Add(new Figure("PutRecords 500 x 100 B, h2 over TLS", "server CPU a record over that of h2c", ratio, "", "<= 1.4"));
    }

    private static Http2Load LoadOf(Uri endpoint, RequestSigner signer, string stream) => new(
        endpoint,
        [.. Enumerable.Range(0, Connections).Select(i => signer.Prepare("PutRecords", PutBodies.Batch(stream, RecordsPerRequest, RecordBytes, i)))],
        RecordsPerRequest, RecordBytes);

    private static NodeCommand WithTls(NodeCommand command, string folder, int port)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var path = Path.Combine(folder, "both.pem");
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return command with
        {
            Environment = new Dictionary<string, string>(command.Environment)
            {
                ["ActorStreams__Gateway__TlsPort"] = $"{port}",
                ["ActorStreams__Gateway__Tls__CertificatePath"] = path,
            },
        };
    }
}
