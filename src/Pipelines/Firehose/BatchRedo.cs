using System.Runtime.CompilerServices;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Finishes a batch that a former incarnation intended, under the definition that it was begun with.</summary>
/// <param name="newBatch">A batch of the plan from the position on.</param>
/// <param name="readOnce">The next slice from a position on and where to go on; null when told to stop.</param>
internal sealed class BatchRedo(
    BatchIntent pending, Spool spool, BatchDelivery delivery, BatchFiller filler, Func<DeliveryPlan, ShardPosition, BatchWriter> newBatch,
    Func<ShardPosition, Task<(ShardPosition? Next, Envelope<SourceSlice> Slice)?>> readOnce)
{
    public async Task RunAsync(DeliveryPlan plan, CancellationToken stop)
    {
        var lost = pending.Objects.Where(o => !IsInSpool(o)).ToList();
        // What is loaded is not looked for; loading it again is the loader's to make harmless.
        var kept = lost.Where(o => o.Kind != ObjectKind.Records || (plan.StoresObjects && plan.Load is null)).ToList();
        if (kept.Count > 0) lost = [.. await delivery.MissingAsync(plan, kept, stop), .. lost.Except(kept)];
        await delivery.WriteAsync(plan, pending, pending.Objects.Where(o => !lost.Contains(o) && IsInSpool(o)), stop);
        if (lost.Count > 0) await MakeAgainAsync(plan, lost, stop);
    }

    private static string IdOf(IntendedObject item) => item.Spool[..Spool.IdLength];

    private bool IsInSpool(IntendedObject item) => new FileInfo(spool.PathOf(item.Spool)) is { Exists: true } file && file.Length == item.Length;

    /// <summary>
    /// The spool went with its node: the same records under the same definition give the same objects. A step that answers otherwise now may
    /// give others; those that were written are left out, by their names.
    /// </summary>
    private async Task MakeAgainAsync(DeliveryPlan plan, List<IntendedObject> lost, CancellationToken stop)
    {
        using var batch = newBatch(plan, pending.From);
        await foreach (var slice in SlicesAsync(stop)) await filler.AddAsync(plan, batch, slice, pending.To, stop);
        // By their ids: the rest of a name has the time of the first record, which may be another now.
        var written = pending.Objects.Except(lost).Select(IdOf).ToHashSet(StringComparer.Ordinal);
        var made = batch.Close();
        await delivery.WriteAsync(plan, pending, made.Where(o => !written.Contains(IdOf(o))), stop, isMadeAgain: true);
        spool.Delete(made.Select(o => o.Spool));
    }

    /// <summary>Of the batch's stretch, and a little beyond.</summary>
    private async IAsyncEnumerable<SourceSlice> SlicesAsync([EnumeratorCancellation] CancellationToken stop)
    {
        ShardPosition? next = pending.From;
        while (next is { } position && position.CompareTo(pending.To) < 0)
        {
            if (await readOnce(position) is not var (after, envelope)) throw new OperationCanceledException(stop);
            next = after;
            yield return envelope.Value;
        }
    }
}
