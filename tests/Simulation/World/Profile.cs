namespace ActorStreams.Simulation.Tests.World;

/// <summary>
/// How often what happens in one run, drawn from its seed. Runs differ in character on purpose: a fault that is rare everywhere
/// never meets the situation it breaks, and one that is frequent everywhere keeps others from arising.
/// </summary>
/// <param name="TickMsMax">Time between two steps; long ones make owners and clients look slow.</param>
/// <param name="LossPercent">Chance of a message to be lost.</param>
/// <param name="RepeatPercent">Chance of a message to be delivered and to stay for another time.</param>
internal sealed record Profile(
    int Steps,
    int Shards,
    int TickMsMax,
    int LossPercent,
    int RepeatPercent,
    int Reshapes,
    int RetentionMs,
    int TrimWeight,
    int SnapshotWeight,
    int DeletionWeight,
    int LostAnswerWeight,
    int PauseWeight,
    int ClockWeight,
    int CrashWeight,
    int SecondOwnerWeight,
    int ProducerCrashWeight,
    int FreezeWeight)
{
    public static Profile From(SplitMix64 random) => new(
        Steps: 500 + random.Below(2_500),
        Shards: 1 + random.Below(3),
        TickMsMax: random.Of([5, 20, 80]),
        LossPercent: random.Of([0, 3, 12]),
        RepeatPercent: random.Of([0, 8, 20]),
        Reshapes: random.Of([0, 2, 6]),
        RetentionMs: random.Of([200, 5_000]),
        TrimWeight: random.Of([0, 2, 8]),
        SnapshotWeight: random.Of([0, 1, 4]),
        DeletionWeight: random.Of([2, 8]),
        LostAnswerWeight: random.Of([0, 1, 2]),
        PauseWeight: random.Of([0, 2]),
        ClockWeight: random.Of([0, 1]),
        CrashWeight: random.Of([0, 1, 2]),
        SecondOwnerWeight: random.Of([0, 1, 2]),
        ProducerCrashWeight: random.Of([0, 1, 2]),
        FreezeWeight: random.Of([0, 1, 3]));

    public int Puts => 10 + Steps / 60;

    /// <summary>Only without trims: retention is far longer than the time in which a call is tried again, here it is shorter.</summary>
    public int Calls => TrimWeight == 0 ? 10 + Steps / 60 : 0;

    public int Outputs => 10 + Steps / 40;
}
