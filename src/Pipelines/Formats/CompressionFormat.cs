using System.Collections.Frozen;

namespace ActorStreams.Pipelines.Formats;

/// <summary>How the bytes of an object are compressed.</summary>
public enum CompressionFormat
{
    Uncompressed,
    Gzip,
    Zip,

    /// <summary>The framing format of google/snappy, with checksums; what <c>snzip</c> and <c>python-snappy</c>'s streams read.</summary>
    Snappy,

    /// <summary>Blocks as Hadoop's SnappyCodec writes them: lengths in big-endian, no checksums.</summary>
    HadoopSnappy,
    Zstd,
}

/// <summary>The names that compression has in the Firehose API (<c>CompressionFormat</c>), and the extensions that follow from it.</summary>
public static class CompressionFormats
{
    private static readonly FrozenDictionary<string, CompressionFormat> s_byName = new Dictionary<string, CompressionFormat>(StringComparer.Ordinal)
    {
        ["UNCOMPRESSED"] = CompressionFormat.Uncompressed,
        ["GZIP"] = CompressionFormat.Gzip,
        ["ZIP"] = CompressionFormat.Zip,
        ["Snappy"] = CompressionFormat.Snappy,
        ["HADOOP_SNAPPY"] = CompressionFormat.HadoopSnappy,
        // Not one of the Firehose API's names.
        ["ZSTD"] = CompressionFormat.Zstd,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>In words, for the errors of those who ask by name.</summary>
    public const string Allowed = "UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY, ZSTD";

    public static bool TryParse(string name, out CompressionFormat format) => s_byName.TryGetValue(name, out format);

    public static string ExtensionOf(CompressionFormat format) => format switch
    {
        CompressionFormat.Uncompressed => "",
        CompressionFormat.Gzip => ".gz",
        CompressionFormat.Zip => ".zip",
        CompressionFormat.Snappy => ".snappy",
        CompressionFormat.HadoopSnappy => ".hsnappy",
        CompressionFormat.Zstd => ".zst",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such compression."),
    };
}
