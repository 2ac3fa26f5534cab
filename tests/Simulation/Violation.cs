namespace ActorStreams.Simulation.Tests;

/// <summary>An invariant does not hold; the message says which and how it was seen.</summary>
public sealed class Violation(string message) : Exception(message);
