using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Tests.Firehose;

/// <summary>A destination that answers when it may.</summary>
/// <param name="bytes">What it says that it holds.</param>
internal sealed class HoldingLoader(long bytes) : IObjectLoader
{
    public TaskCompletionSource IsIn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource MayGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tries that fail before one does not.</summary>
    public int Failures { get; set; }

    public string Name => "holding";

    public string ErrorType => "holding-failed";

    public string Target => "holding";

    public long MemoryBytes(ObjectToLoad item) => bytes;

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => [];

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        IsIn.TrySetResult();
        await MayGo.Task.WaitAsync(cancel);
        if (Failures-- > 0) return new LoadResult.Later("as told");
        return LoadResult.Loaded.Instance;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
