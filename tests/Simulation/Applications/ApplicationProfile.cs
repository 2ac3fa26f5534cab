namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>How often what happens in one run, drawn from its seed; runs differ in character on purpose.</summary>
/// <param name="TickMsMax">Time between two steps; long ones make answers late and leases end.</param>
internal sealed record ApplicationProfile(
    int Steps,
    int TickMsMax,
    int LossPercent,
    int RepeatPercent,
    int LostAnswerWeight,
    int CrashWeight,
    int FreezeWeight,
    int ClockWeight,
    int DatabaseClockWeight,
    int SecondCoordinatorWeight,
    int HandOverWeight,
    int ReshardWeight,
    int AgeWeight,
    int RecreateWeight,
    int CommandWeight,
    int StaleLookPercent)
{
    public static ApplicationProfile From(SplitMix64 random) => new(
        Steps: 400 + random.Below(1_600),
        TickMsMax: random.Of([10, 60, 200]),
        LossPercent: random.Of([0, 3, 12]),
        RepeatPercent: random.Of([0, 8, 20]),
        LostAnswerWeight: random.Of([0, 1, 3]),
        CrashWeight: random.Of([0, 1, 2]),
        FreezeWeight: random.Of([0, 1, 3]),
        ClockWeight: random.Of([0, 1, 3]),
        DatabaseClockWeight: random.Of([0, 0, 1]),
        SecondCoordinatorWeight: random.Of([0, 1, 2]),
        HandOverWeight: random.Of([0, 1, 3]),
        ReshardWeight: random.Of([1, 3]),
        AgeWeight: random.Of([0, 0, 1]),
        RecreateWeight: random.Of([0, 0, 1]),
        CommandWeight: random.Of([1, 3]),
        StaleLookPercent: random.Of([0, 10, 30]));
}
