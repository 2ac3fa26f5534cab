using System.Collections.Immutable;
using ActorStreams.Shards.Log;

namespace ActorStreams.Shards.Transfer;

/// <summary>What of a tail goes to a reader on another node in one message.</summary>
internal static class RemoteAnswers
{
    /// <summary>
    /// As many of the batches as fit into <see cref="TransferProtocol.MessageBytesMax"/>, where that is half or more of what the reader gets otherwise:
    /// it asks for the rest next. Null where it is less, so that the reader's node reads the rows of all of them from the store itself.
    /// </summary>
    public static ImmutableArray<RecordBatch>? Fit(ImmutableArray<RecordBatch> batches, long bytesMax)
    {
        var (fitting, bytes, all) = (0, 0L, 0L);
        foreach (var batch in batches)
        {
            all += batch.Encoded.Length;
            if (all > TransferProtocol.MessageBytesMax) continue;
            (fitting, bytes) = (fitting + 1, all);
        }
        if (fitting == batches.Length) return batches;
        return fitting > 0 && bytes >= Math.Min(all, bytesMax) / 2 ? batches[..fitting] : null;
    }
}
