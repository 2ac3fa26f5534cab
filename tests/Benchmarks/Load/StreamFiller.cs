using System.Diagnostics;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Puts an exact number of records into a stream, so that a reader can be held to it. Any refusal ends it with an exception.</summary>
public static class StreamFiller
{
    private const int Connections = 8;
    private const int RecordsPerRequest = 500;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Puts at least <paramref name="records"/> records, rounded up to whole requests, and says how many and how long it took.</summary>
    /// <param name="isPatient">Whether what a node is too slow for is put again, perhaps twice then, rather than the end.</param>
    public static (long Records, TimeSpan Elapsed) Fill(Func<KinesisSession> connect, string stream, long records, int recordBytes, bool isPatient = false)
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
                while (isPatient && (answer.Status >= 500 || KinesisAnswers.FailedRecordCount(answer.Body) > 0))
                {
                    Thread.Sleep(s_pause);
                    answer = session.Exchange(variants[(int)(i % variants.Count)]);
                }
                if (answer.Status != 200 || KinesisAnswers.FailedRecordCount(answer.Body) > 0)
                    throw new InvalidDataException($"PutRecords while filling {stream}: {answer.Describe()}");
            }
        });
        return (requests * RecordsPerRequest, Stopwatch.GetElapsedTime(start));
    }
}
