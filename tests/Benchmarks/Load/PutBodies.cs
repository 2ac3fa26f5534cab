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

    /// <summary>The same records as <see cref="Batch"/>, in CBOR in the form of the AWS SDK for Java: maps and lists of indefinite length.</summary>
    public static byte[] CborBatch(string stream, int records, int recordBytes, int seed)
    {
        var random = new Random(seed);
        var cbor = new CborText().StartMap().Text("StreamName").Text(stream).Text("Records").StartList();
        for (var i = 0; i < records; i++)
        {
            var (data, key) = Next(random, recordBytes);
            cbor.StartMap().Text("Data").Bytes(data).Text("PartitionKey").Text(key).End();
        }
        return cbor.End().End().ToArray();
    }

    /// <summary>A PutRecord body.</summary>
    public static byte[] Single(string stream, int recordBytes, int seed) =>
        Encoding.ASCII.GetBytes($"{{\"StreamName\":\"{stream}\",{Record(new Random(seed), recordBytes)[1..]}");

    private static string Record(Random random, int recordBytes)
    {
        var (data, key) = Next(random, recordBytes);
        return $"{{\"Data\":\"{Convert.ToBase64String(data)}\",\"PartitionKey\":\"{key}\"}}";
    }

    private static (byte[] Data, string Key) Next(Random random, int recordBytes)
    {
        var data = new byte[recordBytes];
        random.NextBytes(data);
        return (data, $"sensor-{random.NextInt64():x16}");
    }
}
