using System.Collections;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Finishes a batch that a former incarnation intended, under the definition that it was begun with.</summary>
/// <param name="newBatch">A batch of the plan from where this one begins.</param>
/// <param name="intend">Makes durable what becomes of the batch, where that is not what was intended before.</param>
/// <param name="readOnce">The next slice from a position on and where to go on; null when told to stop.</param>
internal sealed class BatchRedo(
    BatchIntent pending, ShardKey shard, Spool spool, BatchDelivery delivery, BatchFiller filler,
    Func<DeliveryPlan, BatchWriter> newBatch, Func<BatchIntent, Task> intend,
    Func<ShardPosition, Task<(ShardPosition? Next, Envelope<SourceSlice> Slice)?>> readOnce)
{
    private readonly List<LostStretch> _lost = [];
    private BatchIntent? _made;

    /// <summary>Records of the batch that the source had given up when it was made again.</summary>
    public IReadOnlyList<LostStretch> Lost => _lost;

    /// <summary>What became of the batch.</summary>
    public BatchIntent Intent => _made ?? pending;

    public async Task RunAsync(DeliveryPlan plan, CancellationToken stop)
    {
        var lost = pending.Objects.Where(o => !IsInSpool(o)).ToList();
        // What is loaded is not looked for; loading it again is the loader's to make harmless.
        var lookable = lost.Where(o => o.Kind != ObjectKind.Records || (plan.StoresObjects && plan.Load is null)).ToList();
        if (lookable.Count > 0) lost = [.. await delivery.MissingAsync(plan, lookable, stop), .. lost.Except(lookable)];
        // Perhaps it was cut off between the two.
        await delivery.NoteAsync(plan, pending.Definition, lookable.Except(lost), stop);
        await delivery.WriteAsync(plan, pending, pending.Objects.Where(o => !lost.Contains(o) && IsInSpool(o)), stop);
        if (lost.Count == 0) return;
        var kept = pending.Objects.Except(lost).ToList();
        if (plan.NotesPlaces && kept.All(HasPlaces)) await MakeOtherwiseAsync(plan, kept, lost, stop);
        else await MakeAgainAsync(plan, kept, stop);
    }

    private static string IdOf(IntendedObject item) => item.Spool[..Spool.IdLength];

    /// <summary>Intents of a former version have none.</summary>
    private static bool HasPlaces(IntendedObject item) => item.Kind is not (ObjectKind.Records or ObjectKind.Errors) || !item.Places.IsEmpty;

    private bool IsInSpool(IntendedObject item) => new FileInfo(spool.PathOf(item.Spool)) is { Exists: true } file && file.Length == item.Length;

    /// <summary>
    /// The spool went with its node, and a step may answer otherwise now: the records that are in no object that was written become others, and it is
    /// durable which before the first of these is written.
    /// </summary>
    private async Task MakeOtherwiseAsync(DeliveryPlan plan, List<IntendedObject> kept, List<IntendedObject> lost, CancellationToken stop)
    {
        using var batch = newBatch(plan);
        batch.Skipped = Delivered(kept, lost);
        batch.KeepsNames = plan.Load is not null && kept.All(o => o.Kind != ObjectKind.Records);
        await ReadAsync(plan, batch, stop);
        var written = kept.Select(IdOf).ToHashSet(StringComparer.Ordinal);
        var all = batch.Close();
        var made = all.Where(o => !written.Contains(IdOf(o))).ToList();
        spool.Delete(all.Except(made).Select(o => o.Spool));
        _made = pending with { Epoch = spool.Epoch, Objects = [.. kept, .. made] };
        if (pending.Tally is { } tally)
        {
            var failed = _made.Objects.Where(o => o.Kind == ObjectKind.Errors).Sum(o => o.Records);
            _made = _made with { Tally = tally with { Counts = tally.Counts with { DeadLetters = failed } } };
        }
        await intend(_made);
        await delivery.WriteAsync(plan, _made, made, stop, isMadeAgain: true);
    }

    /// <summary>The spool went with its node: the same records under the same definition give the same objects; those that were written are left out, by their names.</summary>
    private async Task MakeAgainAsync(DeliveryPlan plan, List<IntendedObject> kept, CancellationToken stop)
    {
        using var batch = newBatch(plan);
        await ReadAsync(plan, batch, stop);
        // By their ids: the rest of a name has the time of the first record, which may be another now.
        var written = kept.Select(IdOf).ToHashSet(StringComparer.Ordinal);
        var made = batch.Close();
        await delivery.WriteAsync(plan, pending, made.Where(o => !written.Contains(IdOf(o))), stop, isMadeAgain: true);
        spool.Delete(made.Select(o => o.Spool));
    }

    /// <summary>A record that was taken apart, and is in one that is lost too, is asked about again: rather twice than not at all.</summary>
    private static BitArray Delivered(List<IntendedObject> kept, List<IntendedObject> lost)
    {
        var delivered = new BitArray(1 + kept.SelectMany(o => RecordSet.Read(o.Places)).DefaultIfEmpty(-1).Max());
        foreach (var place in kept.SelectMany(o => RecordSet.Read(o.Places))) delivered[place] = true;
        foreach (var place in lost.SelectMany(o => RecordSet.Read(o.Places)).Where(p => p < delivered.Length)) delivered[place] = false;
        return delivered;
    }

    /// <summary>The records of the batch's stretch that the source still has, and what is known of those that it has not.</summary>
    private async Task ReadAsync(DeliveryPlan plan, BatchWriter batch, CancellationToken stop)
    {
        var progress = new SourceProgress(shard, pending.From);
        ShardPosition? next = pending.From;
        while (next is { } position && progress.Position.CompareTo(pending.To) < 0)
        {
            if (await readOnce(position) is not var (after, envelope)) throw new OperationCanceledException(stop);
            next = after;
            if (progress.Take(envelope.Value, envelope.Position) is { } gap) Lose(batch, gap with { WasRead = true });
            await filler.AddAsync(plan, batch, envelope.Value, pending.To, stop);
        }
    }

    private void Lose(BatchWriter batch, LostStretch gap)
    {
        // What is lost behind the batch is met by who goes on there.
        if (gap.Next.CompareTo(pending.To) > 0) gap = gap with { Next = pending.To };
        // How many there were is not known, so neither are the places of the others: rather twice than not at all.
        batch.Skipped = null;
        batch.Lose(gap, DateTimeOffset.FromUnixTimeMilliseconds(pending.Objects.Min(o => o.OldestMs)));
        _lost.Add(gap);
    }
}
