using Xunit.Abstractions;

namespace ActorStreams.Simulation.Tests;

/// <summary>The simulation can fail: each defect of its surroundings is found within a bounded number of seeds.</summary>
public class MutationSpecs(ITestOutputHelper output)
{
    private const ulong SeedsMax = 400;

    public static TheoryData<Mutation> Mutations => [.. Enum.GetValues<Mutation>().Where(m => m != Mutation.None)];

    [Theory]
    [MemberData(nameof(Mutations))]
    public void Simulation_finds(Mutation mutation)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            if (SimulationRun.Of(seed, mutation) is not { } failure) continue;
            output.WriteLine($"After {seed} seeds. {failure}");
            return;
        }
        Assert.Fail($"{SeedsMax} seeds went by and nobody noticed {mutation}.");
    }
}
