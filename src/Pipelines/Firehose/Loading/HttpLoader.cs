using ActorStreams.Pipelines.Firehose.Destinations.Http;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>Sends objects to an HTTP endpoint or to Splunk, <b>at least once</b>, each as one request whose id is the same at every try.</summary>
/// <param name="send">One try of the client.</param>
/// <param name="fault">What is wrong with a record by itself, so that it need not spoil the others; null for nothing.</param>
internal sealed class HttpLoader(
    string name, string target, string errorType, string errorCode, Func<HttpDelivery, CancellationToken, Task<HttpAnswer>> send, HttpClient http,
    Func<ReadOnlyMemory<byte>, string?>? fault = null) : IObjectLoader
{
    /// <summary>Buffers of the file, of the connection and of GZIP.</summary>
    private const int BuffersBytes = 512 << 10;

    public string Name => name;

    public string Target => target;

    public string ErrorType => errorType;

    /// <summary>A record, and its Base64 in a buffer that grows by doubling.</summary>
    public long MemoryBytes(ObjectToLoad item) => BuffersBytes + (4L * RecordsFormat.LongestOf(item.File));

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => RecordsFormat.Read(item.File).Select(r => new DeliveryRecord(item.Key, item.Oldest, r));

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var good = RecordsFormat.Read(item.File).Where(r => fault?.Invoke(r) is null);
        var answer = good.Any() ? await send(new HttpDelivery(item.Id.ToString(), item.Oldest, good), cancel) : HttpAnswer.Delivered.Instance;
        switch (answer)
        {
            case HttpAnswer.Delivered:
                Fail(item, null);
                return LoadResult.Loaded.Instance;
            case HttpAnswer.Rejected rejected:
                Fail(item, rejected.Reason);
                return LoadResult.Loaded.Instance;
            case HttpAnswer.RetryLater later:
                return new LoadResult.Later(later.Reason, later.After);
            default:
                throw new InvalidOperationException($"A request was answered with {answer}.");
        }
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <param name="reason">Of the records that were sent; null where they were taken.</param>
    private void Fail(ObjectToLoad item, string? reason)
    {
        if (reason is null && fault is null) return;
        foreach (var record in Read(item))
        {
            if ((fault?.Invoke(record.Data) ?? reason) is { } problem) item.Fail(new FailedRecord(record, errorType, errorCode, problem, 1));
        }
    }
}
