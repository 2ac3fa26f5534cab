using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Puts an exact number of records into a delivery stream. Any refusal ends it with an exception.</summary>
public static class DeliveryFiller
{
    private const int Connections = 4;
    private const int RecordsPerRequest = 500;
    private const int Variants = 8;

    /// <param name="record">The record of a number; those of <see cref="Variants"/> requests for each connection come again and again.</param>
    /// <returns>How many were put: at least <paramref name="records"/>, rounded up to whole requests.</returns>
    public static long Fill(Func<KinesisSession> connect, string stream, long records, Func<int, byte[]> record)
    {
        var requests = (records + RecordsPerRequest - 1) / RecordsPerRequest;
        var started = 0L;
        BlockingThreads.Run(Connections, connection =>
        {
            using var session = connect();
            var variants = Enumerable.Range(connection * Variants, Variants).Select(v => session.Signer.Prepare("PutRecordBatch", Body(stream, v, record))).ToList();
            for (long i; (i = Interlocked.Increment(ref started)) <= requests;)
            {
                var answer = session.Exchange(variants[(int)(i % Variants)]);
                if (answer.Status != 200 || KinesisAnswers.FailedPutCount(answer.Body) > 0)
                    throw new InvalidDataException($"PutRecordBatch while filling {stream}: {answer.Describe()}");
            }
        });
        return requests * RecordsPerRequest;
    }

    private static byte[] Body(string stream, int variant, Func<int, byte[]> record)
    {
        var json = new StringBuilder($"{{\"DeliveryStreamName\":\"{stream}\",\"Records\":[");
        for (var i = 0; i < RecordsPerRequest; i++)
            json.Append(i == 0 ? "" : ",").Append("{\"Data\":\"").Append(Convert.ToBase64String(record((variant * RecordsPerRequest) + i))).Append("\"}");
        return Encoding.ASCII.GetBytes(json.Append("]}").ToString());
    }
}
