namespace ActorStreams.Simulation.Tests.World;

/// <summary>A machine with a wall clock of its own, which steps and disagrees with the others'.</summary>
internal sealed class SimulatedNode(string name)
{
    private const long EpochMs = 1_700_000_000_000;

    public string Name { get; } = name;
    public long OffsetMs { get; set; }

    public long ClockMs(long nowMs) => EpochMs + nowMs + OffsetMs;
}
