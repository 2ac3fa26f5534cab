using System.Globalization;
using ActorStreams.Pipelines.Firehose.Destinations.Folders;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// The files of one shard of a delivery stream that are not delivered yet. Each incarnation of its consumer writes files of its own, which its
/// epoch names, so that one that was stopped and wakes spoils nothing.
/// </summary>
internal sealed class Spool(string folder, long epoch)
{
    private readonly string _folder = folder;

    public Spool(string root, DeliveryDefinition definition, ShardKey shard, long epoch)
        : this(Path.Combine(root, definition.Region, definition.Stream, string.Create(CultureInfo.InvariantCulture, $"{shard.Incarnation}-{shard.Shard}")), epoch)
    {
    }

    /// <summary>Of the folders of those who send again.</summary>
    public const string RedrivePrefix = "redrive-";

    public string Folder => _folder;

    /// <summary>Of the beginning of a file's name, which is its object's own.</summary>
    public const int IdLength = 32;

    public long Epoch => epoch;

    public string PathOf(string file) => Path.Combine(_folder, file);

    public string NameOf(Guid id) => string.Create(CultureInfo.InvariantCulture, $"{id:N}-{epoch}");

    /// <summary>Begins with what a batch needs that was begun before, and nothing else of former incarnations.</summary>
    public void Open(BatchIntent? pending)
    {
        Directory.CreateDirectory(_folder);
        var needed = pending?.Objects.Select(o => o.Spool).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            var name = Path.GetFileName(file);
            if (!needed.Contains(name) && EpochOf(name) <= epoch) File.Delete(file);
        }
    }

    /// <summary>The names of the files are durable too.</summary>
    public void Flush() => FolderFiles.FlushFolder(_folder);

    public void Delete(IEnumerable<string> files)
    {
        foreach (var file in files) File.Delete(PathOf(file));
    }

    /// <summary>Whether a file of this name may be one of a spool: names of all end with an epoch.</summary>
    public static bool IsFile(string name) => name.LastIndexOf('-') > 0 && EpochOf(name) != long.MaxValue;

    /// <summary>Of a file of another kind: above all, so that it is left alone.</summary>
    public static long EpochOf(string name) =>
        long.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var of) ? of : long.MaxValue;
}
