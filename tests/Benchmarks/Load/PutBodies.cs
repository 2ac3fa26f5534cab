using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Request bodies with random payload and partition keys that repeat neither within nor between connections.</summary>
public static class PutBodies
{
    /// <summary>A PutRecords body of <paramref name="records"/> records of <paramref name="recordBytes"/> bytes each.</summary>
    public static byte[] Batch(string stream, int records, int recordBytes, int seed)
    {
        var random = new Random(seed);
        var json = new StringBuilder($"{{\"StreamName\":\"{stream}\",\"Records\":[");
        for (var i = 0; i < records; i++)
            json.Append(i == 0 ? "" : ",").Append(Record(random, recordBytes));
        return Encoding.ASCII.GetBytes(json.Append("]}").ToString());
    }

    /// <summary>A PutRecord body.</summary>
    public static byte[] Single(string stream, int recordBytes, int seed) =>
        Encoding.ASCII.GetBytes($"{{\"StreamName\":\"{stream}\",{Record(new Random(seed), recordBytes)[1..]}");

    private static string Record(Random random, int recordBytes)
    {
        var data = new byte[recordBytes];
        random.NextBytes(data);
        return $"{{\"Data\":\"{Convert.ToBase64String(data)}\",\"PartitionKey\":\"sensor-{random.NextInt64():x16}\"}}";
    }
}
