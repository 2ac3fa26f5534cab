using System.Collections.Immutable;
using System.Security.Cryptography;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Redriving;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>Brings the objects of batches to their destination, and tries until it is done: the source keeps what is not delivered.</summary>
/// <param name="shard">Where the records come from, told to tables.</param>
/// <param name="triesMax">Of each write; then <see cref="DestinationAwayException"/> is thrown.</param>
internal sealed class BatchDelivery(
    DeliveryServices deliveries, Spool spool, string shard, TimeProvider time, WaitNote waiting, Func<Task, Task> beating, int triesMax = int.MaxValue)
{
    /// <summary>Of what is delivered in order; null for what is sent again.</summary>
    public string? Producer { get; init; }

    /// <summary>Of what is sent again; 0 for what is delivered in order.</summary>
    public int Turn { get; init; }

    /// <summary>Makes durable what is intended; null where nothing is.</summary>
    public Func<BatchIntent, Task>? Intend { get; init; }

    /// <summary>Shared by all that a node loads.</summary>
    public MemoryGate LoadMemory => deliveries.LoadMemory;

    /// <summary>Null where nobody measures.</summary>
    public DeliveryMetrics? Metrics { get; init; }

    /// <param name="objects">Those of the intent that are in the spool and not known to be delivered.</param>
    /// <param name="isMadeAgain">
    /// They were made before, perhaps with other bytes: what lies under a name is what was written then, for a name belongs to one stretch of records alone.
    /// </param>
    public async Task WriteAsync(
        DeliveryPlan plan, BatchIntent intent, IEnumerable<IntendedObject> objects, CancellationToken stop, bool isMadeAgain = false)
    {
        var all = objects.ToImmutableArray();
        // What is made again elsewhere gets other names.
        var proof = plan.NotesPlaces && Intend is { } intend ? new OwnerProof(() => intend(intent), time) : null;
        await Parallel.ForEachAsync(
            all.Where(o => o.Kind != ObjectKind.Records || plan.StoresObjects),
            new ParallelOptions { MaxDegreeOfParallelism = deliveries.ObjectsAtOnce, CancellationToken = stop },
            async (item, cancel) => await PutAsync(plan, intent, item, isMadeAgain, proof, cancel));
        await NoteAsync(plan, intent.Definition, all, stop);
        if (plan.Load is { } load)
            await new ObjectLoading(plan, load, spool, shard, time, waiting, beating, this).LoadAsync(intent, all, isMadeAgain || intent.Epoch != spool.Epoch, stop);
    }

    /// <summary>Notes those that hold records which failed; those that are noted already are no other for it.</summary>
    public async Task NoteAsync(DeliveryPlan plan, DeliveryDefinition of, IEnumerable<IntendedObject> objects, CancellationToken stop)
    {
        foreach (var item in objects.Where(o => o.Kind == ObjectKind.Errors)) await NoteAsync(plan, of, FailureKind.Records, item, item.Key, stop);
    }

    /// <summary>Notes that an object holds what was not delivered, for whoever sends it again.</summary>
    /// <param name="item">What it came of; makes the note one of its own.</param>
    public async Task NoteAsync(DeliveryPlan plan, DeliveryDefinition of, FailureKind kind, IntendedObject item, string key, CancellationToken stop)
    {
        var note = FailureNotes.Write(new Failure(kind, key, DateTimeOffset.FromUnixTimeMilliseconds(item.OldestMs)));
        await PutBytesAsync(plan, NoteOf(of, kind, item), note, stop);
    }

    public async Task<bool> IsNotedAsync(DeliveryPlan plan, DeliveryDefinition of, FailureKind kind, IntendedObject item, CancellationToken stop)
    {
        var (found, path) = (false, spool.PathOf($"note-{Guid.NewGuid():N}-{spool.Epoch}"));
        await UntilDoneAsync(plan.Store, async () => found = await plan.Store.TryGetAsync(NoteOf(of, kind, item), path, stop), stop);
        File.Delete(path);
        return found;
    }

    /// <summary>A small object of our own.</summary>
    public async Task PutBytesAsync(DeliveryPlan plan, string key, byte[] bytes, CancellationToken stop)
    {
        var path = spool.PathOf($"note-{Guid.NewGuid():N}-{spool.Epoch}");
        await File.WriteAllBytesAsync(path, bytes, stop);
        await PutAsync(plan.Store, new ObjectToPut(key, path, bytes.Length, SHA256.HashData(bytes)), stop, isMadeAgain: true);
        File.Delete(path);
    }

    /// <summary>Those that are not at the destination.</summary>
    public async Task<List<IntendedObject>> MissingAsync(DeliveryPlan plan, IEnumerable<IntendedObject> objects, CancellationToken stop)
    {
        var missing = new List<IntendedObject>();
        foreach (var item in objects)
        {
            var (has, store) = (false, StoreOf(plan, item));
            await UntilDoneAsync(
                store,
                async () =>
                {
                    try
                    {
                        has = await store.HasAsync(ToPut(item), stop);
                    }
                    catch (ObjectDiffersException)
                    {
                        // Written by a former redo, which made it again.
                        has = true;
                    }
                },
                stop);
            if (!has) missing.Add(item);
        }
        return missing;
    }

    private async Task PutAsync(DeliveryPlan plan, BatchIntent intent, IntendedObject item, bool isMadeAgain, OwnerProof? proof, CancellationToken stop)
    {
        var (of, store) = (intent.Definition, StoreOf(plan, item));
        // Their lines tell the time at which they were made; another may have made them again meanwhile.
        isMadeAgain |= item.Kind is ObjectKind.Errors or ObjectKind.Gap && intent.Epoch != spool.Epoch;
        var target = item.Kind switch
        {
            ObjectKind.Records => DeliveryTargets.S3,
            ObjectKind.Source => DeliveryTargets.Backup,
            _ => null,
        };
        await PutAsync(AttemptAsync, store, isMadeAgain, stop, isDone =>
        {
            if (target is not null) Metrics?.Tried(of, target, isDone);
        });
        if (target is not null) Metrics?.Delivered(of, target, item.Records, item.Length);
        if (item.Kind == ObjectKind.Errors) Metrics?.Failed(of, item.ErrorType, item.Records);

        async Task AttemptAsync()
        {
            if (proof is not null) await proof.CheckAsync(stop);
            await store.PutAsync(ToPut(item), stop);
        }
    }

    public Task PutAsync(IObjectStore store, ObjectToPut item, CancellationToken stop, bool isMadeAgain = false) =>
        PutAsync(() => store.PutAsync(item, stop), store, isMadeAgain, stop);

    /// <param name="tried">Told of each try whether it was the last.</param>
    private async Task PutAsync(Func<Task> attempt, IObjectStore store, bool isMadeAgain, CancellationToken stop, Action<bool>? tried = null)
    {
        try
        {
            await UntilDoneAsync(store, attempt, stop, tried);
        }
        catch (ObjectDiffersException) when (isMadeAgain)
        {
            waiting.Tell(null);
        }
    }

    private async Task UntilDoneAsync(IObjectStore store, Func<Task> attempt, CancellationToken stop, Action<bool>? tried = null)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await beating(attempt());
                tried?.Invoke(true);
                if (failures > 0) waiting.Tell(null);
                return;
            }
            catch (DestinationAwayException e)
            {
                tried?.Invoke(false);
                if (failures + 1 >= triesMax) throw;
                waiting.Tell($"{store.Name}: {e.Message}");
            }
            await beating(deliveries.Retry.WaitAsync(failures, time, stop));
        }
    }

    private static string NoteOf(DeliveryDefinition of, FailureKind kind, IntendedObject item) =>
        $"{FailureNotes.PrefixOf(of)}{kind.ToString().ToLowerInvariant()}-{item.Spool[..Spool.IdLength]}";

    private static IObjectStore StoreOf(DeliveryPlan plan, IntendedObject item) => item.Kind == ObjectKind.Source ? plan.Backup!.Store : plan.Store;

    private ObjectToPut ToPut(IntendedObject item) => new(item.Key, spool.PathOf(item.Spool), item.Length, item.Sha256);
}
