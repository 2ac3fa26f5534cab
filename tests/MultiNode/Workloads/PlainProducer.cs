using System.Globalization;
using System.Text.Json.Nodes;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>Puts records one call after the other, as a program does that leaves retries to its SDK: what failed in the end is not put again.</summary>
internal sealed class PlainProducer(string name, int keys, SdkClient client, WorkloadLog log, int seed)
{
    private const int RecordsMax = 10;

    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        var from = client.Begin();
        long number = 0;
        for (long send = 0; !stop.IsCancellationRequested; send++)
        {
            var records = new LoadRecord[random.Next(1, RecordsMax + 1)];
            for (var i = 0; i < records.Length; i++)
            {
                records[i] = new LoadRecord(name, Key(number % keys), number, send);
                number++;
            }

            await PutAsync(records, from);
            await Task.Delay(random.Next(2, 20), CancellationToken.None);
        }
    }

    private string Key(long number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");

    private async Task PutAsync(LoadRecord[] records, SdkClient.Endpoint from)
    {
        foreach (var record in records) log.Sent.Enqueue(record);
        var answer = await client.CallAsync("PutRecords", PutRequests.Body(records), from);
        var at = log.Now;
        if (answer is not { Succeeded: true })
        {
            log.FailedCalls.Enqueue(new FailedCall(name, PutRequests.Failure(answer), at));
            if (answer is { Status: < 500 }) log.Oddities.Enqueue($"{name} was answered {answer.Status} {answer.Error}: {answer.Body.ToJsonString()}");
            return;
        }

        var entries = answer.Body["Records"]!.AsArray();
        for (var i = 0; i < records.Length; i++)
        {
            if (entries[i]!["SequenceNumber"] is { } sequenceNumber)
                log.Acknowledged.Enqueue(new Acknowledgement(records[i], (string)entries[i]!["ShardId"]!, (string)sequenceNumber!, at));
        }

        if ((int)answer.Body["FailedRecordCount"]! > 0) log.FailedCalls.Enqueue(new FailedCall(name, PutRequests.Failure(answer), at));
    }
}

internal static class PutRequests
{
    public static byte[] Body(IEnumerable<LoadRecord> records) => Workload.Bytes(new JsonObject
    {
        ["StreamName"] = WatchPipeline.Source,
        ["Records"] = new JsonArray([.. records.Select(r => new JsonObject
        {
            ["PartitionKey"] = r.Key,
            ["Data"] = Convert.ToBase64String(r.ToData()),
        })]),
    });

    /// <summary>Why a call failed, as a whole or in part: the first entry speaks for all.</summary>
    public static string Failure(KinesisAnswer? answer)
    {
        if (answer is null) return "no answer";
        if (!answer.Succeeded) return $"{answer.Status} {answer.Error} {answer.Body["message"]}";
        var failed = answer.Body["Records"]!.AsArray().First(r => r!["ErrorCode"] is not null)!;
        return $"in part: {failed["ErrorCode"]} {failed["ErrorMessage"]}";
    }
}
