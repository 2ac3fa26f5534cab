namespace ActorStreams.Node.Client;

/// <summary>Thrown when an entry stays refused however often it is sent.</summary>
internal sealed class PutRefusedException(string message) : Exception(message);

/// <summary>
/// Puts records in the order they were handed in, one request at a time: entries that failed are sent again, in their order,
/// before anything after them. A service that takes a record after one of the same key that it refused breaks the order;
/// that is counted.
/// </summary>
internal sealed class OrderedPutter(KinesisClient client, string stream, TimeProvider clock)
{
    /// <summary>Kinesis's limit for one PutRecords.</summary>
    public const int EntriesMax = 500;

    private const int RoundsMax = 60;
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    /// <summary>Records that the service acknowledged.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Entries sent once more after a failure.</summary>
    public long SentAgain { get; private set; }

    /// <summary>Records stored after a refused one of the same key.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Answers the result of each entry, in their order, all of them stored.</summary>
    public async Task<PutResult[]> PutAsync(IReadOnlyList<PutEntry> entries, CancellationToken cancel)
    {
        var results = new PutResult[entries.Count];
        var waiting = Enumerable.Range(0, entries.Count).ToArray();
        var pause = TimeSpan.FromMilliseconds(20);
        for (var round = 1; waiting.Length > 0; round++)
        {
            var answer = await client.PutRecordsAsync(stream, [.. waiting.Select(i => entries[i])], cancel);
            var failed = new List<int>();
            var refusedKeys = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < waiting.Length; i++)
            {
                results[waiting[i]] = answer.Records[i];
                if (answer.Records[i].SequenceNumber is null)
                {
                    failed.Add(waiting[i]);
                    refusedKeys.Add(entries[waiting[i]].PartitionKey);
                }
                else
                {
                    Acknowledged++;
                    if (refusedKeys.Contains(entries[waiting[i]].PartitionKey)) OutOfOrder++;
                }
            }

            if (failed.Count == 0) break;
            if (round == RoundsMax)
                throw new PutRefusedException($"{failed.Count} records were refused {RoundsMax} times: {results[failed[0]].ErrorCode}: {results[failed[0]].ErrorMessage}");
            SentAgain += failed.Count;
            waiting = [.. failed];
            await Task.Delay(pause, clock, cancel);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }

        return results;
    }
}
