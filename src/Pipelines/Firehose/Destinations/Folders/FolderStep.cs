namespace ActorStreams.Pipelines.Firehose.Destinations.Folders;

/// <summary>Steps of a put, each told once it is done; a crash after any of them is mended by the next put of the same object.</summary>
internal enum FolderStep
{
    FoldersMade,
    SourceFlushed,
    CopyBegun,
    HalfCopied,
    CopyFlushed,
    Named,
    CopyRemoved,
    NameFlushed,
}
