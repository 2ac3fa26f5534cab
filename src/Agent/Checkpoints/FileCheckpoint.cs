using System.Collections.Immutable;
using ActorStreams.Agent.Files;

namespace ActorStreams.Agent.Checkpoints;

internal enum FileState
{
    /// <summary>May grow, or holds what was not sent.</summary>
    Open = 1,

    /// <summary>Rotated and sent to its end; kept so that it is known when it is seen again, under another name or compressed.</summary>
    Finished = 2,

    /// <summary>Never to be read: compressed before the flow began, or the copy of a log that is read itself.</summary>
    Ignored = 3,
}

/// <summary>How far a log was sent. A log is what was written from its beginning to its rotation, whatever files hold it meanwhile.</summary>
/// <param name="Id">Rises in the order in which logs are to be sent.</param>
/// <param name="Path">Where it was last seen.</param>
/// <param name="Identity">Of the file that holds it; null while none is known to.</param>
/// <param name="Offset">Bytes that the destination has.</param>
/// <param name="Length">Bytes that it had when this was written, unless it is compressed: what is missing when it is gone.</param>
/// <param name="Cuts">Offsets beyond that at which records end because of time, not because of what the file holds.</param>
internal sealed record FileCheckpoint(
    long Id, string Path, FileIdentity? Identity, Fingerprint Head, Fingerprint Tail, long Offset, ImmutableArray<long> Cuts, FileState State,
    LanePosition? Lane, long SeenMs, long Length);

/// <summary>The place of a log in the life of a producer.</summary>
/// <param name="Lane">Number of the producer in its flow.</param>
/// <param name="Ordinal">Rises with each log that the producer turns to; with the offset behind it positions rise for ever.</param>
internal readonly record struct LanePosition(int Lane, long Ordinal);
