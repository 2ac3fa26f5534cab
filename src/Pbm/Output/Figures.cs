using System.Globalization;
using ActorStreams.Pbm.Contract;

namespace ActorStreams.Pbm.Output;

/// <summary>Figures and names as tables show them; what is not known is a dash.</summary>
internal static class Figures
{
    public const string Unknown = "-";

    public static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? Unknown;

    /// <summary>How many records are not done; with a plus where it is only known that there are as many.</summary>
    public static string Behind(long? records, long? atLeast) => records is null && atLeast is > 0 ? $"{Count(atLeast)}+" : Count(records);

    /// <summary><c>1 shard</c>, <c>2 shards</c>.</summary>
    public static string Counted(long count, string what) => $"{Count(count)} {what}{(count == 1 ? "" : "s")}";

    public static string Bytes(long? bytes) => bytes switch
    {
        null => Unknown,
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => Scaled(bytes.Value, 1024, "KiB"),
        < 1024L * 1024 * 1024 => Scaled(bytes.Value, 1024 * 1024, "MiB"),
        < 1024L * 1024 * 1024 * 1024 => Scaled(bytes.Value, 1024d * 1024 * 1024, "GiB"),
        _ => Scaled(bytes.Value, 1024d * 1024 * 1024 * 1024, "TiB"),
    };

    /// <summary>Records and bytes of a second.</summary>
    public static string Rate(RateAnswer? rate) => rate is null
        ? Unknown
        : string.Create(CultureInfo.InvariantCulture, $"{rate.RecordsPerSecond:#,0.#}/s {Bytes((long)Math.Round(rate.BytesPerSecond))}/s");

    public static string Time(DateTimeOffset? time) => time is { } at
        ? at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : Unknown;

    /// <summary>To the millisecond.</summary>
    public static string Moment(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A lag or an age; what is below 0 is not known.</summary>
    public static string Duration(long? ms)
    {
        if (ms is not { } value || value < 0) return Unknown;
        var time = TimeSpan.FromMilliseconds(value);
        return value switch
        {
            < 1000 => $"{value} ms",
            < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            < 3_600_000 => $"{time.Minutes} m {time.Seconds} s",
            < 86_400_000 => $"{time.Hours} h {time.Minutes} m",
            _ => $"{time.Days} d {time.Hours} h",
        };
    }

    public static string Share(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    /// <summary><c>akka.tcp://system@host:port</c> as host:port, also where a member's number follows it.</summary>
    public static string Node(string? node) => string.IsNullOrEmpty(node) ? Unknown : node[(node.LastIndexOf('@') + 1)..].Split(',')[0];

    /// <summary>Where everything before is done.</summary>
    public static string Position(CheckpointAnswer? at) => at is { Row: not null } ? $"{Count(at.Row)}:{Count(at.Index ?? 0)}" : Unknown;

    public static string Phase(string? phase, string? detail) => string.IsNullOrEmpty(detail)
        ? Text(phase)
        : string.IsNullOrEmpty(phase) ? detail : $"{phase}: {detail}";

    public static string Text(string? text) => string.IsNullOrEmpty(text) ? Unknown : text;

    /// <summary>Part of the hash key space, 0..2^128-1, that a range covers.</summary>
    public static string RangeShare(ShardAnswer shard) =>
        UInt128.TryParse(shard.StartingHashKey, CultureInfo.InvariantCulture, out var start) && UInt128.TryParse(shard.EndingHashKey, CultureInfo.InvariantCulture, out var end)
            ? ((double)(end - start) / (double)UInt128.MaxValue).ToString("0.## %", CultureInfo.InvariantCulture)
            : Unknown;

    private static string Scaled(long bytes, double unit, string name) => string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:0.0} {name}");
}
