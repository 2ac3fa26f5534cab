namespace ActorStreams.Pipelines.Firehose.Destinations.Folders;

/// <summary>A folder that objects are delivered to.</summary>
/// <param name="Root">Absolute path.</param>
public sealed record FolderStoreOptions(string Root)
{
    /// <summary>
    /// A folder that the root lies in, and that the next two members speak of: the root itself is created where it is missing. Null where they speak of
    /// the root.
    /// </summary>
    public string? Within { get; init; }

    /// <summary>
    /// Whether a missing root is created, default no: the root may be where a disk is mounted, and what is written beside a disk that is away
    /// is as good as lost.
    /// </summary>
    public bool CreateRoot { get; init; }

    /// <summary>
    /// Name of a file that has to be in the root before anything is written, for disks that leave an empty folder behind when they are away;
    /// null for none.
    /// </summary>
    public string? RequiredFile { get; init; }

    /// <summary>
    /// Whether an object may be a second name of the file it was given as, which costs no copy; default yes. It needs one file system, and
    /// nobody may write to that file any more. No when owner and mode have to be those of new files.
    /// </summary>
    public bool ShareFiles { get; init; } = true;
}
