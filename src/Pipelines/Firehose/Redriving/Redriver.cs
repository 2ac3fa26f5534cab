using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Processing;

namespace ActorStreams.Pipelines.Firehose.Redriving;

/// <param name="Redriven">Failures that were sent again; what of them failed anew is a failure of its own.</param>
/// <param name="Left">Failures that still could not be sent, as whole objects.</param>
/// <param name="Anew">Failures that were not there before: of what was sent again and failed again, or of the delivery itself meanwhile.</param>
public sealed record RedriveResult(int Redriven, int Left, int Anew = 0);

/// <summary>
/// Sends what was not delivered again, <b>exactly once</b> where the destination allows it: names follow from the failure, so that a redrive that was cut off, or that two
/// people start at once, gives the same objects and loads the same batches. Records go through the steps of the delivery stream as it is now.
/// </summary>
public sealed class Redriver(DeliveryServices deliveries, TimeProvider time)
{
    /// <summary>What was not delivered and not sent again since. Throws <see cref="Destinations.DestinationAwayException"/>.</summary>
    public async Task<IReadOnlyList<Failure>> ListAsync(DeliveryDefinition definition, CancellationToken cancel)
    {
        await using var run = new Run(deliveries, definition, time);
        return [.. (await run.OpenAsync(cancel)).Select(f => f.Failure)];
    }

    /// <summary>Throws <see cref="Destinations.DestinationAwayException"/>; what was sent until then stays sent.</summary>
    public async Task<RedriveResult> RedriveAsync(DeliveryDefinition definition, CancellationToken cancel)
    {
        await using var run = new Run(deliveries, definition, time);
        var (redriven, left) = (0, 0);
        var open = await run.OpenAsync(cancel);
        foreach (var (note, failure) in open)
        {
            if (await run.SendInTurnAsync(note, failure, cancel)) redriven++;
            else left++;
        }
        var known = open.Select(o => o.Note).ToHashSet(StringComparer.Ordinal);
        return new RedriveResult(redriven, left, redriven == 0 ? 0 : (await run.OpenAsync(cancel)).Count(o => !known.Contains(o.Note)));
    }

    private sealed class Run : IAsyncDisposable
    {
        private const int ReadBytesMax = 1 << 20;

        private readonly DeliveryServices _deliveries;
        private readonly DeliveryDefinition _definition;
        private readonly DeliveryPlan _plan;
        private readonly TimeProvider _time;
        private readonly Spool _spool;
        private readonly RedriveTurns _turns;
        private readonly WaitNote _waiting;
        private readonly string _folder;
        private readonly IDisposable _use;

        public Run(DeliveryServices deliveries, DeliveryDefinition definition, TimeProvider time)
        {
            (_deliveries, _definition, _time) = (deliveries, definition, time);
            // A person waits for it, and says when to try again.
            var plan = deliveries.Plan(definition);
            _plan = plan.Load is { } load ? plan with { Load = load with { Retry = TimeSpan.Zero } } : plan;
            // Of its own: another run, on another node with the same spool, may be at work on the same failures.
            _folder = Path.Combine(deliveries.SpoolFolder, definition.Region, definition.Stream, $"{Spool.RedrivePrefix}{Guid.NewGuid():N}");
            _use = deliveries.SpoolUse.Use(_folder);
            _spool = new Spool(_folder, 0);
            _waiting = new WaitNote(time, () => { });
            _turns = new RedriveTurns(definition, _plan, Delivery(0), FetchAsync);
        }

        public async ValueTask DisposeAsync()
        {
            // Whatever cannot be closed, a folder that counts as used would never be cleared.
            using (_use)
            {
                try
                {
                    await _plan.DisposeAsync();
                }
                finally
                {
                    if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
                }
            }
        }

        public async Task<IReadOnlyList<(string Note, Failure Failure)>> OpenAsync(CancellationToken cancel)
        {
            Directory.CreateDirectory(_folder);
            var open = new List<(string, Failure)>();
            foreach (var note in await _plan.Store.ListAsync(FailureNotes.PrefixOf(_definition), cancel))
            {
                if (await IsSentAsync(note, cancel)) continue;
                if (await FetchAsync(note, cancel) is not { } file) continue;
                open.Add((note, await FailureNotes.ReadAsync(file, cancel)));
                File.Delete(file);
            }
            return open;
        }

        /// <summary>False where it is left.</summary>
        public async Task<bool> SendInTurnAsync(string note, Failure failure, CancellationToken cancel)
        {
            if (_plan.Load is not { Loader.NeedsTurns: true }) return await SendAsync(note, failure, 0, cancel);
            var turn = await _turns.OfAsync(note, IsSentAsync, FinishAsync, cancel);
            return turn is null || await SendAsync(note, failure, turn.Number, cancel);
        }

        private async Task<bool> IsSentAsync(string note, CancellationToken cancel)
        {
            if (await FetchAsync(FailureNotes.RedrivenOf(_definition, note), cancel) is not { } done) return false;
            File.Delete(done);
            return true;
        }

        /// <summary>What another began, and perhaps is at still: the same is sent.</summary>
        private async Task FinishAsync(RedriveTurn turn, CancellationToken cancel)
        {
            if (await FetchAsync(turn.Note, cancel) is not { } file) return;
            var failure = await FailureNotes.ReadAsync(file, cancel);
            File.Delete(file);
            await SendAsync(turn.Note, failure, turn.Number, cancel);
        }

        private BatchDelivery Delivery(int turn) => new(_deliveries, _spool, "redrive", _time, _waiting, work => work, triesMax: 1) { Turn = turn };

        private async Task<bool> SendAsync(string note, Failure failure, int turn, CancellationToken cancel)
        {
            var delivery = Delivery(turn);
            var isSent = failure.Kind == FailureKind.Object ? await LoadAsync(note, failure, delivery, cancel) : await ProcessAsync(failure, delivery, cancel);
            if (isSent) await delivery.PutBytesAsync(_plan, FailureNotes.RedrivenOf(_definition, note), FailureNotes.Write(failure), cancel);
            return isSent;
        }

        private async Task<bool> LoadAsync(string note, Failure failure, BatchDelivery delivery, CancellationToken cancel)
        {
            // The note ends with the object's id, by which whatever comes of it is known again.
            var name = $"{note[^Spool.IdLength..]}-0";
            if (_plan.Load is not { } load || !await _plan.Store.TryGetAsync(failure.Key, _spool.PathOf(name), cancel)) return false;
            var item = new IntendedObject(failure.Key, name, 0, default, 0, failure.Oldest.ToUnixTimeMilliseconds(), ObjectKind.Records);
            var loading = new ObjectLoading(_plan, load, _spool, "redrive", _time, _waiting, work => work, delivery);
            var isLoaded = await loading.LoadAsync(_definition, item, default, cancel);
            File.Delete(_spool.PathOf(name));
            return isLoaded;
        }

        private async Task<bool> ProcessAsync(Failure failure, BatchDelivery delivery, CancellationToken cancel)
        {
            if (await FetchAsync(failure.Key, cancel) is not { } file) return false;
            using (var batch = new BatchWriter(_plan, _spool, $"{_definition.Name}\nredrive\n{failure.Key}", default, _time))
            {
                await foreach (var records in ReadAsync(failure, file, cancel))
                {
                    // What the destination did not take has been through the steps.
                    if (failure.Kind == FailureKind.Processed)
                        foreach (var record in records) batch.Add(record);
                    else
                        await SendThroughAsync(batch, records, cancel);
                }
                var intent = new BatchIntent(default, default, 0, _definition, batch.Close());
                await delivery.WriteAsync(_plan, intent, intent.Objects, cancel, isMadeAgain: true);
                _spool.Delete(intent.Objects.Select(o => o.Spool));
            }
            File.Delete(file);
            return true;
        }

        private async Task SendThroughAsync(BatchWriter batch, List<DeliveryRecord> records, CancellationToken cancel)
        {
            await BatchFiller.ProcessAsync(_plan.Steps, batch, [.. records.Where(r => !r.IsTakenApart)], work => work, cancel);
            // A transform goes before, and was at work on these: again it would give other records, and as many for each.
            var behind = _plan.Steps.SkipWhile(s => s is not (SubRecords or MetadataExtraction)).Where(s => s is not SubRecords);
            await BatchFiller.ProcessAsync(behind, batch, [.. records.Where(r => r.IsTakenApart)], work => work, cancel);
        }

        /// <summary>The records of an object of the error output, as many at once as one read of a shard brings.</summary>
        private static async IAsyncEnumerable<List<DeliveryRecord>> ReadAsync(Failure failure, string file, [EnumeratorCancellation] CancellationToken cancel)
        {
            var (records, bytes, place) = (new List<DeliveryRecord>(), 0L, 0);
            await foreach (var line in File.ReadLinesAsync(file, cancel))
            {
                if (line.Length == 0) continue;
                var record = Record(failure, line, place++);
                records.Add(record);
                bytes += record.Data.Length;
                if (bytes < ReadBytesMax) continue;
                yield return records;
                (records, bytes) = ([], 0);
            }
            yield return records;
        }

        private static DeliveryRecord Record(Failure failure, string line, int place)
        {
            using var json = JsonDocument.Parse(line);
            var arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(json.RootElement.GetProperty("arrivalTimestamp").GetInt64());
            return new DeliveryRecord(Text("recordId") ?? $"{failure.Key}:{place}", arrivedAt, json.RootElement.GetProperty("rawData").GetBytesFromBase64())
            {
                Key = Text("partitionKey"),
                IsTakenApart = json.RootElement.TryGetProperty("takenApart", out var apart) && apart.GetBoolean(),
            };

            string? Text(string member) => json.RootElement.TryGetProperty(member, out var value) ? value.GetString() : null;
        }

        /// <summary>A file with the object, named by its key; null where there is none.</summary>
        private async Task<string?> FetchAsync(string key, CancellationToken cancel)
        {
            var file = Path.Combine(_folder, $"{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)):N}-0");
            File.Delete(file);
            return await _plan.Store.TryGetAsync(key, file, cancel) ? file : null;
        }
    }
}
