using System.Globalization;
using System.Text;

namespace ActorStreams.Benchmarks.Load;

/// <summary>JSON records of 1 KiB with 12 fields: names that come again, numbers that do not, and text of words that makes up the rest.</summary>
public static class SensorRecords
{
    public const int Bytes = 1_024;

    /// <summary>Each a name and a type of Hive.</summary>
    public static readonly IReadOnlyList<string> Columns =
        ["id string", "site string", "zone string", "badge bigint", "ts timestamp", "temp double", "battery float", "ok boolean", "count int", "amount decimal(12,2)", "day date", "text string"];

    private static readonly string[] s_words =
        ["door", "opened", "by", "badge", "at", "gate", "north", "hall", "denied", "granted", "battery", "low", "sensor", "error", "retry", "timeout", "calibrated", "moved", "offline", "restart"];

    public static byte[] Record(int i)
    {
        var random = new SplitMix(i);
        var head = string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{random.Next():x16}}","site":"site-{{i % 20}}","zone":"Zone {{i % 200}}","badge":{{random.Next() % 1_000_000}},"ts":{{1_773_068_645_000 + (i * 37L)}},"temp":{{random.Next() % 40_000 / 1000.0}},"battery":{{random.Next() % 100 / 100.0}},"ok":{{(i % 3 == 0 ? "false" : "true")}},"count":{{random.Next() % 5_000}},"amount":{{random.Next() % 1_000_000 / 100.0}},"day":"2026-03-{{(i % 28) + 1:00}}","text": """);
        var text = new StringBuilder(head).Append('"');
        while (text.Length < Bytes - 2) text.Append(s_words[random.Next() % (ulong)s_words.Length]).Append(' ');
        text.Length = Bytes - 2;
        return Encoding.ASCII.GetBytes(text.Append("\"}").ToString());
    }

    /// <summary>A reading of a badge, of about 100 bytes.</summary>
    public static byte[] Badge(int i)
    {
        var random = new SplitMix(i);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":{{i}},"at":"{{DateTimeOffset.UnixEpoch.AddSeconds(1_773_068_645 + i):yyyy-MM-ddTHH:mm:ssZ}}","badge":{{random.Next() % 1_000_000}},"gate":{{random.Next() % 64}},"zone":"zone-{{random.Next() % 12}}"}"""));
    }

    private struct SplitMix(int seed)
    {
        private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

        public ulong Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
