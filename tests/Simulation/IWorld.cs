namespace ActorStreams.Simulation.Tests;

/// <summary>What one seed makes and runs.</summary>
internal interface IWorld
{
    /// <summary>Its character, for the report of a failure.</summary>
    object Profile { get; }

    /// <summary>What happened last, oldest first.</summary>
    IEnumerable<string> Trace { get; }

    /// <exception cref="Violation">An invariant does not hold.</exception>
    void Run();
}
