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
    public string Name => name;

    public string Target => target;

    public string ErrorType => errorType;

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var all = RecordsFormat.Read(item.File);
        var failed = new List<FailedRecord>();
        var good = new List<ReadOnlyMemory<byte>>(all.Count);
        foreach (var record in all)
        {
            if (fault?.Invoke(record) is { } problem) failed.Add(Failed(item, record, problem));
            else good.Add(record);
        }
        if (good.Count == 0) return new LoadResult.Loaded(failed);
        return await send(new HttpDelivery(item.Id.ToString(), item.Oldest, good), cancel) switch
        {
            HttpAnswer.Delivered => new LoadResult.Loaded(failed),
            HttpAnswer.RetryLater later => new LoadResult.Later(later.Reason, later.After),
            HttpAnswer.Rejected rejected => new LoadResult.Loaded([.. failed, .. good.Select(r => Failed(item, r, rejected.Reason))]),
            var other => throw new InvalidOperationException($"A request was answered with {other}."),
        };
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private FailedRecord Failed(ObjectToLoad item, ReadOnlyMemory<byte> record, string reason) =>
        new(new DeliveryRecord(item.Key, item.Oldest, record), errorType, errorCode, reason, 1);
}
