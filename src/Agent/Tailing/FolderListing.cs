using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Tailing;

/// <param name="IsOfFlow">Whether the name matches the flow's pattern; others are looked at only as what became of one that did.</param>
internal sealed record SeenFile(string Path, FileStatus Status, bool IsOfFlow)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsGzip => RotatedName.IsGzip(Path);

    public string Stem { get; } = RotatedName.StemOf(System.IO.Path.GetFileName(Path));

    /// <summary>Whether it has the name of a log which is being written.</summary>
    public bool IsCurrent => Stem == Name;
}

/// <summary>
/// What a flow's folder holds now. A folder is read name by name, and a file that is renamed meanwhile can be missed under both names, or its successor
/// be seen without it; so what differs from the last reading is read again until two agree.
/// </summary>
internal sealed class FolderListing(FlowSettings flow)
{
    /// <summary>Nobody renames files without end; one who did would hold up no more than this.</summary>
    private const int TriesMax = 10;

    private HashSet<(string Path, FileIdentity Identity)> _there = [];

    private readonly FilePattern _pattern = FilePattern.TryCreate(flow.FileNames, out var pattern, out var wrong) ? pattern : throw new ArgumentException(wrong, nameof(flow));

    /// <summary>
    /// Files of the flow, and those that by their name may be rotated ones of it, in the order of their last change; those that are written now come last, since
    /// what compresses or copies an older one may do so later. Empty where there is no folder.
    /// </summary>
    /// <param name="stems">Of the logs that are known.</param>
    public IReadOnlyList<SeenFile> Read(IReadOnlySet<string> stems)
    {
        var files = ReadOnce(stems);
        for (var tries = 1; tries < TriesMax && !IsAsBefore(files); tries++) files = ReadOnce(stems);
        return [.. files.OrderBy(f => f.IsCurrent).ThenBy(f => f.Status.ModifiedAt).ThenBy(f => RotatedName.RankOf(f.Name)).ThenBy(f => f.Path, StringComparer.Ordinal)];
    }

    private bool IsAsBefore(List<SeenFile> files)
    {
        var before = _there;
        _there = [.. files.Select(f => (f.Path, f.Status.Identity))];
        return _there.SetEquals(before);
    }

    private List<SeenFile> ReadOnce(IReadOnlySet<string> stems)
    {
        var files = new List<SeenFile>();
        if (!Directory.Exists(flow.Directory)) return files;
        foreach (var path in Directory.EnumerateFiles(flow.Directory))
        {
            var name = Path.GetFileName(path);
            var isOfFlow = _pattern.Matches(name);
            if (RotatedName.IsCompressed(name) && !RotatedName.IsGzip(name)) continue;
            if (!isOfFlow && !stems.Contains(RotatedName.StemOf(name))) continue;
            if (FileStatus.Of(path) is { } status) files.Add(new SeenFile(path, status, isOfFlow));
        }
        return files;
    }
}
