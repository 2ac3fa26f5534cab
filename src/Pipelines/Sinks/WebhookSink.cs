using System.Net;
using System.Net.Http.Headers;
using ActorStreams.Pipelines.Consumers;

namespace ActorStreams.Pipelines.Sinks;

/// <summary>
/// POSTs alerts to an address, <b>at least once</b>: a crash between the answer and the checkpoint sends again, under the same
/// <see cref="IdHeader"/>, by which the receiver may know it. After a bounded number of tries an alert is given up as a dead letter.
/// </summary>
/// <param name="http">Its time-out is not used.</param>
/// <param name="url">Where to.</param>
/// <param name="application">Part of the ids.</param>
/// <param name="options">Tries and waits.</param>
/// <param name="time">The clock.</param>
/// <param name="retrying">Told what is tried again and why, and null when the alerts of a slice are done.</param>
public sealed class WebhookSink(
    HttpClient http, string url, string application, WebhookOptions options, TimeProvider time, Action<string?>? retrying = null)
{
    public const string IdHeader = "X-ActorStreams-Alert-Id";

    /// <summary>The alerts that were given up, in order. Throws <see cref="OperationCanceledException"/> when stopped between tries.</summary>
    public async Task<IReadOnlyList<DeadLetter>> DeliverAsync(IReadOnlyList<DetectedAlert> alerts, CancellationToken stop)
    {
        if (alerts.Count == 0) return [];
        var failures = new DeadLetter?[alerts.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, alerts.Count),
            new ParallelOptions { MaxDegreeOfParallelism = options.ParallelMax, CancellationToken = stop },
            async (i, cancel) => failures[i] = await DeliverAsync(alerts[i], cancel));
        retrying?.Invoke(null);
        return [.. failures.OfType<DeadLetter>()];
    }

    private async Task<DeadLetter?> DeliverAsync(DetectedAlert detected, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (error, mayPass) = await TryAsync(detected, stop);
            if (error is null) return null;
            if (!mayPass || attempt >= options.AttemptsMax)
            {
                var alert = detected.Alert;
                return new DeadLetter(
                    alert.SequenceNumber, detected.Ordinal, alert.Key, detected.ArrivedAt, detected.Json, $"The webhook {url} {error}", attempt,
                    alert.SubSequenceNumber);
            }
            retrying?.Invoke($"the alert {Id(detected)}, try {attempt} of {options.AttemptsMax}: the webhook {error}");
            await options.Retry.WaitAsync(attempt - 1, time, stop);
        }
    }

    private string Id(DetectedAlert detected) => $"{application}-{detected.Alert.SequenceNumber}-{detected.Ordinal}";

    private async Task<(string? Error, bool MayPass)> TryAsync(DetectedAlert detected, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(detected.Json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(IdHeader, Id(detected));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode) return (null, false);
            var mayPass = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
            return ($"answered {(int)response.StatusCode}.", mayPass);
        }
        catch (HttpRequestException e)
        {
            return ($"could not be reached: {e.HttpRequestError}.", true);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return ($"did not answer within {options.AttemptTimeout.TotalSeconds:0.###} s.", true);
        }
    }
}
