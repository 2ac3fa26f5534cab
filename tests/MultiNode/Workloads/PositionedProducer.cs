using System.Globalization;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>
/// Names itself and says of each record how far in its source it stands, so that all of it is stored once for ever. It sends until it is
/// told that it is stored, and starts anew every so often, from before where it stood and in batches of its own.
/// </summary>
internal sealed class PositionedProducer(string name, SdkClient client, WorkloadLog log, int seed)
{
    private const int RecordsMax = 10;
    private const int Keys = 4;
    private const int RestartEvery = 25;

    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        var from = client.Begin();
        var epoch = 1;
        long next = 0;
        long highestSent = 0;
        for (var batch = 1; !stop.IsCancellationRequested; batch++)
        {
            if (batch % RestartEvery == 0)
            {
                epoch++;
                next = Math.Max(0, next - random.Next(2 * RecordsMax));
            }

            var records = Enumerable.Range(0, random.Next(1, RecordsMax + 1)).Select(i => RecordAt(next + i)).ToArray();
            foreach (var record in records.Where(r => r.Number >= highestSent)) log.Sent.Enqueue(record);
            highestSent = Math.Max(highestSent, records[^1].Number + 1);
            if (await PutAsync(records, epoch, from))
            {
                next = records[^1].Number + 1;
                await Task.Delay(random.Next(2, 20), CancellationToken.None);
                continue;
            }

            // An answer with failed entries is none that an SDK tries again: this program does, in a moment and elsewhere.
            from.Number = (from.Number + 1) % client.Endpoints;
            await Task.Delay(random.Next(20, 100), CancellationToken.None);
        }
    }

    // The source gives the same record at a position each time, so no number of the call stands in it.
    private LoadRecord RecordAt(long number) => new(name, string.Create(CultureInfo.InvariantCulture, $"{name}-{number % Keys}"), number, Send: number);

    private async Task<bool> PutAsync(LoadRecord[] records, int epoch, SdkClient.Endpoint from)
    {
        var answer = await client.CallAsync("PutRecords", PutRequests.Body(records), from, [
            ("x-actorstreams-producer", name),
            ("x-actorstreams-epoch", epoch.ToString(CultureInfo.InvariantCulture)),
            ("x-actorstreams-position", string.Join(',', records.Select(r => r.Number + 1))),
        ]);
        var at = log.Now;
        if (answer is not { Succeeded: true })
        {
            log.FailedCalls.Enqueue(new FailedCall(name, PutRequests.Failure(answer), at));
            if (answer is { Status: < 500 }) log.Oddities.Enqueue($"{name} was answered {answer.Status} {answer.Error}: {answer.Body.ToJsonString()}");
            return false;
        }

        var entries = answer.Body["Records"]!.AsArray();
        for (var i = 0; i < records.Length; i++)
        {
            if (entries[i]!["ShardId"] is { } shard)
                log.Acknowledged.Enqueue(new Acknowledgement(records[i], (string)shard!, (string?)entries[i]!["SequenceNumber"], at));
        }

        if ((int)answer.Body["FailedRecordCount"]! == 0) return true;
        log.FailedCalls.Enqueue(new FailedCall(name, PutRequests.Failure(answer), at));
        return false;
    }
}
