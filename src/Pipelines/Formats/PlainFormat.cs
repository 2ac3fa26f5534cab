using System.IO.Compression;

namespace ActorStreams.Pipelines.Formats;

/// <summary>Records one behind the other, as they are, with nothing between them but the delimiter; then compressed.</summary>
public sealed record PlainFormat(CompressionFormat Compression) : IObjectFormat
{
    /// <summary>
    /// Of zstd, 1 to 22. 1 is the fastest; each step up costs about a tenth of the speed for few percent of the size.
    /// </summary>
    public const int ZstdLevelDefault = 1;

    /// <summary>Written behind each record; empty by default, as Firehose does.</summary>
    public ReadOnlyMemory<byte> Delimiter { get; init; }

    /// <summary>Of GZIP and ZIP. The fastest by default: the better ones cost several times the CPU for some percent of the size.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;

    public int ZstdLevel { get; init; } = ZstdLevelDefault;

    public string Extension => CompressionFormats.ExtensionOf(Compression);

    public IObjectEncoder Open(Stream output) => new PlainEncoder(output, this);
}
