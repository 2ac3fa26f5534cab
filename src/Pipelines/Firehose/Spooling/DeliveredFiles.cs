using System.Collections.Immutable;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose.Spooling;

/// <summary>Deletes the files of a batch once it is durable that it is delivered; until then a restart needs them. Safe from any thread.</summary>
internal sealed class DeliveredFiles(Spool spool)
{
    private Batch? _last;

    /// <summary>A batch is durably intended, which makes durable that the one before is delivered.</summary>
    public void Intended(BatchIntent intent)
    {
        if (Interlocked.Exchange(ref _last, new Batch(intent.To, [.. intent.Objects.Select(o => o.Spool)])) is { } before) spool.Delete(before.Files);
    }

    /// <summary>Everything below is durably delivered: nobody waits for the next batch to be rid of what may be secret.</summary>
    public void Checkpointed(ShardPosition checkpoint)
    {
        if (Volatile.Read(ref _last) is not { } last || last.To.CompareTo(checkpoint) > 0 || Interlocked.CompareExchange(ref _last, null, last) != last) return;
        Task.Run(() =>
        {
            try
            {
                spool.Delete(last.Files);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next start of the delivery tries again.
            }
        });
    }

    private sealed record Batch(ShardPosition To, ImmutableArray<string> Files);
}
