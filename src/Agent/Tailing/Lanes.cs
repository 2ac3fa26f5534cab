using ActorStreams.Agent.Checkpoints;

namespace ActorStreams.Agent.Tailing;

/// <summary>
/// The producers of a flow. Each sends one log at a time and turns to the next one when that has nothing to send, its ordinal then rising; so a flow needs as
/// many producers as logs are sent at the same time, however many files it sees. Shards remember producers for ever and 10,000 of them at most: a
/// producer for each file would use that up.
/// </summary>
internal sealed class Lanes(LogFolder folder, CheckpointStore store)
{
    /// <summary>Logs that one flow sends at the same time.</summary>
    public const int CountMax = 8;

    private readonly TrackedLog?[] _holders = new TrackedLog?[CountMax];
    private readonly long[] _ordinals = new long[CountMax];

    public void Load(FlowCheckpoints known)
    {
        foreach (var (lane, ordinal) in known.Lanes.Where(l => l.Key < CountMax)) _ordinals[lane] = ordinal;
        foreach (var one in folder.Logs)
        {
            if (one.Checkpoint.Lane is { } lane) _holders[lane.Lane] = one;
        }
    }

    /// <summary>
    /// What of a former life may be under way lies above the checkpoint, and is still to be sent by this one; so one that is sent to its end has nothing under way.
    /// </summary>
    private static bool IsFree(TrackedLog holder) => !holder.IsBusy && (holder.Backlog == 0 || (holder.IsSettled && holder.DrainedAs is not null));

    /// <summary>Gives the log a lane, durably, before anything of it is put; false where all are taken.</summary>
    public bool TryTake(TrackedLog one)
    {
        if (one.Checkpoint.Lane is not null) return true;
        var lane = Array.FindIndex(_holders, h => h is null || h.Checkpoint.Lane is null);
        if (lane < 0) lane = Array.FindIndex(_holders, h => IsFree(h!));
        if (lane < 0) return false;
        var former = _holders[lane];
        var taken = new LanePosition(lane, _ordinals[lane] + 1);
        List<FileCheckpoint> saved = [one.ToSave() with { Lane = taken }];
        if (former?.Checkpoint.Lane is not null)
        {
            former.Checkpoint = former.Checkpoint with { Lane = null };
            saved.Add(former.ToSave());
        }
        store.Save(folder.Flow, saved, taken);
        one.Checkpoint = saved[0];
        one.IsSettled = false;
        (_holders[lane], _ordinals[lane]) = (one, taken.Ordinal);
        return true;
    }
}
