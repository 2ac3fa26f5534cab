using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>
/// The closed loop of <see cref="LoadGenerator"/> over HTTP/2, each connection a client of its own: in clear text with prior knowledge, or over
/// TLS. .NET's client costs more than a blocking socket, so its figures are for comparing the two with each other.
/// </summary>
public sealed class Http2Load(Uri endpoint, IReadOnlyList<SignedRequest> requests, int recordsPerRequest, int recordBytes) : IDisposable
{
    // One request in flight each, since a prepared request is signed in place.
    private readonly HttpClient[] _clients = [.. requests.Select(_ => new HttpClient(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    }))];

    public async Task<Measure> RunAsync(TimeSpan warmUp, TimeSpan window, Func<Usage>? usage)
    {
        using var over = new CancellationTokenSource();
        long answered = 0;
        var loops = _clients.Select((client, i) => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await PutAsync(client, requests[i]);
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        await Task.WhenAny(Task.WhenAll(loops), Task.Delay(warmUp));
        var (before, answeredBefore, start) = (usage?.Invoke(), Interlocked.Read(ref answered), Stopwatch.GetTimestamp());
        await Task.WhenAny(Task.WhenAll(loops), Task.Delay(window));
        var records = (Interlocked.Read(ref answered) - answeredBefore) * recordsPerRequest;
        var (elapsed, spent) = (Stopwatch.GetElapsedTime(start), usage?.Invoke() - before);
        await over.CancelAsync();
        await Task.WhenAll(loops);
        return new Measure
        {
            Records = records,
            PayloadBytes = records * recordBytes,
            Elapsed = elapsed,
            LatencyTicks = [],
            ServerCpu = spent?.Cpu,
            WrittenBytes = spent?.WrittenBytes,
        };
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    private async Task PutAsync(HttpClient client, SignedRequest request)
    {
        using var message = Message(request.Stamp());
        using var response = await client.SendAsync(message);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode || KinesisAnswers.FailedRecordCount(body) > 0)
            throw new InvalidDataException($"PutRecords: {response.StatusCode} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(300, body.Length)))}");
    }

    /// <summary>The same headers and body as the wire form has for HTTP/1.1; the host is signed as the client names it.</summary>
    private HttpRequestMessage Message(ReadOnlySpan<byte> wire)
    {
        var headBytes = wire.IndexOf("\r\n\r\n"u8);
        var message = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(wire[(headBytes + 4)..].ToArray()),
        };
        foreach (var line in Encoding.ASCII.GetString(wire[..headBytes]).Split("\r\n").Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 2)..]);
            if (name == "Content-Type") message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (name is not "Content-Length") message.Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }
}
