using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorStreams.Pbm.Contract;

namespace ActorStreams.Pbm.Endpoint;

/// <summary>
/// Asks the endpoints in order and stays with the one that answered. A question goes on to the next endpoint when one does not answer or
/// is not ready; a change only when it cannot have arrived.
/// </summary>
internal sealed class ManagementClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly ImmutableArray<Uri> _endpoints;
    private readonly TimeSpan _timeout;
    private int _current;

    public ManagementClient(Settings settings)
    {
        _endpoints = settings.Endpoints;
        _timeout = settings.Timeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // A proxy that the environment names knows no way to this machine's loopback.
            UseProxy = !_endpoints.All(e => e.IsLoopback),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (settings.Token is { } token) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A question; the body as it came.</summary>
    /// <param name="wait">How long the endpoint may take before it answers, on top of the timeout.</param>
    /// <exception cref="PbmException">Refused, not ready or not reachable.</exception>
    public async Task<Answer> GetAsync(string path, CancellationToken cancel, TimeSpan wait = default)
    {
        var answer = await GetAnyAsync(path, cancel, wait);
        return answer.IsSuccess ? answer : throw Refusals.Of(answer);
    }

    /// <summary>The same, handing out also answers that are no success.</summary>
    public Task<Answer> GetAnyAsync(string path, CancellationToken cancel, TimeSpan wait = default) =>
        EachEndpointAsync(endpoint => SendAsync(endpoint, HttpMethod.Get, path, null, wait, cancel), isChange: false);

    /// <summary>A change; what the endpoint says of it.</summary>
    /// <exception cref="PbmException">Refused, not ready, not reachable, or of unknown outcome.</exception>
    public async Task<Answer> ChangeAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel)
    {
        // The content of a request is spent with it, and the next endpoint gets the same.
        var bytes = body is null ? null : await body.ReadAsByteArrayAsync(cancel);
        var answer = await EachEndpointAsync(
            endpoint =>
            {
                var content = bytes is null ? null : new ByteArrayContent(bytes);
                if (content is not null) content.Headers.ContentType = body!.Headers.ContentType;
                return SendAsync(endpoint, method, path, content, TimeSpan.Zero, cancel);
            },
            isChange: true);
        return answer.IsSuccess ? answer : throw Refusals.Of(answer);
    }

    public Task<Answer> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return ChangeAsync(HttpMethod.Post, path, content, cancel);
    }

    /// <summary>Posts a question that is answered line by line, each handed out as it comes; the timeout counts for each.</summary>
    /// <returns>False when the answer broke off.</returns>
    /// <exception cref="PbmException">Refused, not ready or not reachable.</exception>
    public async Task<bool> PostForLinesAsync(string path, Action<string> line, CancellationToken cancel)
    {
        HttpResponseMessage? response = null;
        try
        {
            var answer = await EachEndpointAsync(
                async endpoint =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, path));
                    response = await WithinAsync(_timeout, token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancel);
                    var body = response.IsSuccessStatusCode ? "" : await WithinAsync(_timeout, response.Content.ReadAsStringAsync, cancel);
                    return new Answer(endpoint, response.StatusCode, body);
                },
                isChange: false);
            return answer.IsSuccess ? await ReadLinesAsync(response!, line, cancel) : throw Refusals.Of(answer);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<bool> ReadLinesAsync(HttpResponseMessage response, Action<string> line, CancellationToken cancel)
    {
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
            while (await WithinAsync(_timeout, token => reader.ReadLineAsync(token).AsTask(), cancel) is { } text)
            {
                if (text.Length > 0) line(text);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<Answer> SendAsync(Uri endpoint, HttpMethod method, string path, HttpContent? content, TimeSpan wait, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(endpoint, path)) { Content = content };
        return await WithinAsync(
            _timeout + wait,
            async token =>
            {
                using var response = await _http.SendAsync(request, token);
                return new Answer(endpoint, response.StatusCode, await response.Content.ReadAsStringAsync(token));
            },
            cancel);
    }

    /// <exception cref="TimeoutException">The time is over, as opposed to <paramref name="cancel"/>.</exception>
    private static async Task<T> WithinAsync<T>(TimeSpan time, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(time);
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {time.TotalSeconds:0.###} s");
        }
    }

    private async Task<Answer> EachEndpointAsync(Func<Uri, Task<Answer>> send, bool isChange)
    {
        Answer? notReady = null;
        var failures = new List<string>();
        var first = _current;
        for (var tried = 0; tried < _endpoints.Length; tried++)
        {
            var index = (first + tried) % _endpoints.Length;
            try
            {
                var answer = await send(_endpoints[index]);
                if (isChange || answer.Status != HttpStatusCode.ServiceUnavailable)
                {
                    _current = index;
                    return answer;
                }

                notReady ??= answer;
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException)
            {
                if (isChange && Unreachable.MayHaveArrived(e)) throw Unreachable.OutcomeUnknown(_endpoints[index], e);
                failures.Add($"{Unreachable.Name(_endpoints[index])}: {Unreachable.Reason(e)}");
            }
        }

        return notReady ?? throw Unreachable.Every(failures);
    }
}
