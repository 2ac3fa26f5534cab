using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Redriving;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Loads the objects of a batch, one after the other in order, and leaves what cannot be loaded where a person can send it again: records that the
/// destination refuses in the error output, an object whose retries are over in a manifest, or its records in the error output too.
/// </summary>
internal sealed class ObjectLoading(
    DeliveryPlan plan, LoadPlan load, Spool spool, string shard, TimeProvider time, WaitNote waiting, Func<Task, Task> beating, BatchDelivery delivery)
{
    /// <param name="isAgain">They may have been loaded, or given up, before.</param>
    public async Task LoadAsync(BatchIntent intent, ImmutableArray<IntendedObject> objects, bool isAgain, CancellationToken stop)
    {
        foreach (var item in objects.Where(o => o.Kind == ObjectKind.Records))
        {
            // What was given up is for who sends it again; loaded now too, it would be there twice.
            if (isAgain && !load.KeepsObjects && await delivery.IsNotedAsync(plan, intent.Definition, FailureKind.Processed, item, stop)) continue;
            await LoadAsync(intent.Definition, item, intent.To, WindowOf(intent, item), stop);
        }
    }

    /// <summary>False where the object could not be loaded and is left for later, as a whole.</summary>
    public Task<bool> LoadAsync(DeliveryDefinition of, IntendedObject item, ShardPosition to, CancellationToken stop) =>
        LoadAsync(of, item, to, new NotedWindow(load.Window(time.GetUtcNow()), null), stop);

    /// <summary>Of an object that was tried before a restart it goes on; else it begins now, and the first failure is followed by a note of that.</summary>
    private NotedWindow WindowOf(BatchIntent intent, IntendedObject item)
    {
        var (id, now) = (item.Spool[..Spool.IdLength], time.GetUtcNow());
        return intent.Retry is { } retry && retry.Object == id
            ? new NotedWindow(load.Window(DateTimeOffset.FromUnixTimeMilliseconds(retry.SinceMs)), null)
            : new NotedWindow(load.Window(now), delivery.Intend is { } intend ? () => intend(intent with { Retry = new ObjectRetry(id, now.ToUnixTimeMilliseconds()) }) : null);
    }

    private async Task<bool> LoadAsync(DeliveryDefinition of, IntendedObject item, ShardPosition to, NotedWindow window, CancellationToken stop)
    {
        using var failed = new FailedLines(PathOf(item, "failed"), time);
        var target = new ObjectToLoad(item.Key, IdOf(item), spool.PathOf(item.Spool), DateTimeOffset.FromUnixTimeMilliseconds(item.OldestMs), shard, to)
        {
            Producer = delivery.Producer,
            Turn = delivery.Turn,
            Epoch = spool.Epoch,
            Waiting = problem => waiting.Tell(problem is null ? null : $"{load.Loader.Name}: {problem}"),
            Fail = failed.Add,
        };
        long? bytes = null;
        var held = TimeSpan.Zero;
        // The waits between tries are longer than what gives no sign of life may be silent.
        var loading = window.Window.RunAsync(
            async (failures, cancel) =>
            {
                if (failures == 1 && window.Note is { } note) await note();
                if (target.Open is null) failed.Begin(failures + 1);
                else failed.GoOn(failures + 1);
                // Held for as long as a try takes, and not between them.
                var since = time.GetTimestamp();
                // It may take reading all of the object.
                bytes ??= await Task.Run(() => load.Loader.MemoryBytes(target), cancel);
                using var place = await EnterAsync(bytes.Value, cancel);
                held = time.GetElapsedTime(since);
                return await load.Loader.LoadAsync(target, cancel);
            },
            answer =>
            {
                delivery.Metrics?.Tried(of, load.Loader.Target, answer is LoadResult.Loaded);
                if (answer is not LoadResult.Later later)
                {
                    waiting.Tell(null);
                    return null;
                }
                target = target with { Open = later.Open };
                waiting.Tell($"{load.Loader.Name}: {later.Reason}");
                return new RetryAsked(later.After, held);
            },
            time, stop);
        await beating(loading);
        var (result, tries) = await loading;
        waiting.Tell(null);
        if (result is LoadResult.Later later)
        {
            if (load.KeepsObjects)
            {
                await WriteManifestAsync(item, later.Reason, tries, stop);
                delivery.Metrics?.Failed(of, DeliveryMetrics.ManifestType, item.Records);
                await delivery.NoteAsync(plan, of, FailureKind.Object, item, item.Key, stop);
                return false;
            }
            GiveUp(target, later, failed);
        }
        else
        {
            delivery.Metrics?.Delivered(of, load.Loader.Target, item.Records - failed.Records, item.Length);
        }
        if (failed.Records > 0) await FailAsync(of, item, failed, stop);
        return result is LoadResult.Loaded;
    }

    /// <summary>Null for what is not counted, and so waits behind nobody.</summary>
    private async Task<IDisposable?> EnterAsync(long bytes, CancellationToken cancel)
    {
        if (bytes == 0) return null;
        if (!delivery.LoadMemory.MustWait(bytes)) return await delivery.LoadMemory.EnterAsync(bytes, cancel);
        waiting.Tell($"{load.Loader.Name}: it is not its turn yet, others load and have the memory for it (Firehose:LoadMemoryMiB)");
        var place = await delivery.LoadMemory.EnterAsync(bytes, cancel);
        waiting.Tell(null);
        return place;
    }

    /// <summary>Adds the records that are not loaded to those that never will be.</summary>
    private void GiveUp(ObjectToLoad target, LoadResult.Later later, FailedLines failed)
    {
        // All of it; what was told to fail in the last try is among them.
        if (later.Open is null) failed.Begin(failed.Attempt);
        var open = later.Open ?? [new OpenStretch(0, int.MaxValue, later.Reason)];
        foreach (var (_, record, reason) in OpenStretch.Of(open, load.Loader.Read(target)))
            failed.Add(new FailedRecord(record, load.Loader.ErrorType, "Retries.Exhausted", reason, 1));
    }

    private async Task FailAsync(DeliveryDefinition of, IntendedObject item, FailedLines failed, CancellationToken stop)
    {
        var key = plan.Names.ErrorKey(load.Loader.ErrorType, DateTimeOffset.FromUnixTimeMilliseconds(item.OldestMs), IdOf(item));
        // A try before this one may have written it, at another time: the same records for the same reasons.
        await delivery.PutAsync(plan.Store, failed.Complete(key), stop, isMadeAgain: true);
        delivery.Metrics?.Failed(of, load.Loader.ErrorType, failed.Records);
        await delivery.NoteAsync(plan, of, FailureKind.Processed, item, key, stop);
    }

    /// <summary>As a warehouse's COPY takes it, with why it is there.</summary>
    private async Task WriteManifestAsync(IntendedObject item, string reason, int tries, CancellationToken stop)
    {
        var path = PathOf(item, "manifest");
        byte[] hash;
        long length;
        await using (var file = new HashingFile(path))
        {
            JsonSerializer.Serialize(file, new
            {
                entries = new[] { new { url = item.Key, mandatory = true } },
                reason,
                attemptsMade = tries,
            });
            hash = file.Complete();
            length = file.Length;
        }
        await delivery.PutAsync(plan.Store, new ObjectToPut($"errors/manifests/{item.Key}", path, length, hash), stop, isMadeAgain: true);
        File.Delete(path);
    }

    private string PathOf(IntendedObject item, string kind) => spool.PathOf(string.Create(CultureInfo.InvariantCulture, $"{kind}-{item.Spool}"));

    /// <param name="Note">Makes its beginning durable; null where it is, or need not be.</param>
    private sealed record NotedWindow(RetryWindow Window, Func<Task>? Note);

    private static Guid IdOf(IntendedObject item) => Guid.ParseExact(item.Spool.AsSpan(0, Spool.IdLength), "N");
}
