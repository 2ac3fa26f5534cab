using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>One record of the load: which producer put it under which key, as its how manieth, by which call. All of it stands in the data.</summary>
/// <param name="Number">Rises by one from record to record of a producer; never used twice.</param>
/// <param name="Send">Rises from call to call of a producer.</param>
public sealed record LoadRecord(string Producer, string Key, long Number, long Send)
{
    /// <summary>Every so many records are far off the others, so that a detector alerts.</summary>
    private const int OutlierEvery = 40;

    public byte[] ToData()
    {
        var value = Number > 0 && Number % OutlierEvery == 0 ? 1000 : 100 + Math.Round(3 * Math.Sin(Number), 3);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"producer":"{{Producer}}","key":"{{Key}}","number":{{Number}},"send":{{Send}},"time":{{1_700_000_000_000 + Number}},"value":{{value}}}"""));
    }

    public static LoadRecord Parse(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        using var json = JsonDocument.ParseValue(ref reader);
        var root = json.RootElement;
        return new LoadRecord(
            root.GetProperty("producer").GetString()!, root.GetProperty("key").GetString()!,
            root.GetProperty("number").GetInt64(), root.GetProperty("send").GetInt64());
    }
}
