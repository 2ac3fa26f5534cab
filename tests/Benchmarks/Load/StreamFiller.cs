using System.Diagnostics;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Puts an exact number of records into a stream, so that a reader can be held to it. Any refusal ends it with an exception.</summary>
public static class StreamFiller
{
    private const int Connections = 8;
    private const int RecordsPerRequest = 500;

    /// <summary>Puts at least <paramref name="records"/> records, rounded up to whole requests, and says how many and how long it took.</summary>
    public static (long Records, TimeSpan Elapsed) Fill(Func<KinesisSession> connect, string stream, long records, int recordBytes)
    {
        var requests = (records + RecordsPerRequest - 1) / RecordsPerRequest;
        var started = 0L;
        var start = Stopwatch.GetTimestamp();
        BlockingThreads.Run(Connections, connection =>
        {
            using var session = connect();
            var variants = Enumerable.Range(0, 4)
                .Select(v => session.Signer.Prepare("PutRecords", PutBodies.Batch(stream, RecordsPerRequest, recordBytes, seed: connection * 4 + v)))
                .ToList();
            for (long i; (i = Interlocked.Increment(ref started)) <= requests;)
            {
                var answer = session.Exchange(variants[(int)(i % variants.Count)]);
                if (answer.Status != 200 || KinesisAnswers.FailedRecordCount(answer.Body) > 0)
                    throw new InvalidDataException($"PutRecords while filling {stream}: {answer.Describe()}");
            }
        });
        return (requests * RecordsPerRequest, Stopwatch.GetElapsedTime(start));
    }
}
