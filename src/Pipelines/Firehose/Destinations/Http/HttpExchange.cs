using System.Globalization;
using System.Net;

namespace ActorStreams.Pipelines.Firehose.Destinations.Http;

/// <summary>One request and as much of its answer as anybody needs, or the reason why there is none.</summary>
/// <param name="Body">Empty without an answer.</param>
/// <param name="Failure">Null with an answer.</param>
internal sealed record HttpExchange(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter, string? Failure)
{
    public const int AnswerBytesMax = 1 << 20;

    /// <summary>A client that follows no redirection, which would carry keys to strangers, and that notices when addresses change.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(30),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static async Task<HttpExchange> RunAsync(
        HttpClient http, HttpRequestMessage request, TimeSpan timeout, TimeProvider time, CancellationToken cancel, int answerBytesMax = AnswerBytesMax)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            var body = await ReadAsync(stream, answerBytesMax, either.Token);
            var after = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
                _ => (TimeSpan?)null,
            };
            return body is null
                ? new HttpExchange(response.StatusCode, [], after, $"answered {(int)response.StatusCode} with more than {answerBytesMax} bytes")
                : new HttpExchange(response.StatusCode, body, after, null);
        }
        catch (HttpRequestException e)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"could not be reached: {e.HttpRequestError}: {e.Message}"));
        }
        catch (IOException e)
        {
            return Failed($"broke its answer off: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"did not answer within {timeout.TotalSeconds:0.###} s"));
        }
    }

    /// <summary>The beginning of the body, for messages.</summary>
    public string Text
    {
        get
        {
            const int charactersMax = 300;
            var text = System.Text.Encoding.UTF8.GetString(Body).ReplaceLineEndings(" ");
            return text.Length > charactersMax ? text[..charactersMax] + "..." : text;
        }
    }

    private static async Task<byte[]?> ReadAsync(Stream stream, int bytesMax, CancellationToken cancel)
    {
        var all = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            all.Write(buffer, 0, read);
            if (all.Length > bytesMax) return null;
        }
        return all.ToArray();
    }

    private static HttpExchange Failed(string reason) => new(default, [], null, reason);
}
