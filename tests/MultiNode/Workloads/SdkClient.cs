using System.Globalization;
using System.Text.Json;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>
/// Calls a cluster as an AWS SDK does that knows all endpoints: the same invocation id on all tries of a call, another endpoint after a try
/// that failed, waits that grow.
/// </summary>
public sealed class SdkClient(IReadOnlyList<Uri> endpoints, RetryRules rules) : IDisposable
{
    private readonly KinesisHttp[] _clients = [.. endpoints.Select(e => new KinesisHttp(e))];
    private int _next;
    private int _retries;

    /// <summary>Tries beyond the first of a call.</summary>
    public int Retries => _retries;

    public int Endpoints => _clients.Length;

    /// <summary>The answer of the last try; null where none came. What is definite is not tried again.</summary>
    /// <param name="from">Number of the endpoint to begin with; every caller stays with one that answers.</param>
    public async Task<KinesisAnswer?> CallAsync(
        string operation, byte[] body, Endpoint from, IReadOnlyList<(string Name, string Value)>? headers = null, CancellationToken cancel = default)
    {
        var id = Guid.NewGuid().ToString();
        KinesisAnswer? answer = null;
        for (var attempt = 1; attempt <= rules.Attempts && !cancel.IsCancellationRequested; attempt++)
        {
            if (attempt > 1)
            {
                Interlocked.Increment(ref _retries);
                from.Number = (from.Number + 1) % _clients.Length;
                await Task.Delay(rules.Pause(attempt), CancellationToken.None);
            }

            answer = await TryAsync(operation, body, from.Number, [
                ("amz-sdk-invocation-id", id),
                ("amz-sdk-request", string.Create(CultureInfo.InvariantCulture, $"attempt={attempt}; max={rules.Attempts}")),
                .. headers ?? [],
            ]);
            if (answer is not null && (answer.Status < 500 && answer.Error is not ("LimitExceededException" or "ProvisionedThroughputExceededException"))) return answer;
        }

        return answer;
    }

    /// <summary>Where a new caller begins: callers are spread over the endpoints.</summary>
    public Endpoint Begin() => new() { Number = (Interlocked.Increment(ref _next) - 1) % _clients.Length };

    /// <summary>A client of one endpoint without tries of its own.</summary>
    public KinesisHttp Of(int endpoint) => _clients[endpoint];

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    private async Task<KinesisAnswer?> TryAsync(string operation, byte[] body, int endpoint, IReadOnlyList<(string, string)> headers)
    {
        using var limit = new CancellationTokenSource(rules.TryTimeout);
        try
        {
            return await _clients[endpoint].CallAsync(operation, body, headers, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Which endpoint a caller is at.</summary>
    public sealed class Endpoint
    {
        public int Number { get; set; }
    }
}

/// <summary>How long a client is patient.</summary>
/// <param name="Attempts">Tries of one call.</param>
/// <param name="TryTimeout">Of one try.</param>
public sealed record RetryRules(int Attempts, TimeSpan TryTimeout, TimeSpan FirstPause, TimeSpan LongestPause)
{
    public static RetryRules InProcess { get; } = new(12, TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(500));

    public static RetryRules Processes { get; } = new(15, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    public TimeSpan Pause(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 2), LongestPause.TotalMilliseconds));
}
