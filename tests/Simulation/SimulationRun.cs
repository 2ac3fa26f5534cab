using System.Globalization;
using System.Text;
using ActorStreams.Simulation.Tests.World;

namespace ActorStreams.Simulation.Tests;

/// <summary>One seed, run to its end.</summary>
internal static class SimulationRun
{
    public const string SeedVariable = "ACTORSTREAMS_SEED";

    /// <summary>Null when every invariant held; else what broke, the seed, how to see it again, and what happened last.</summary>
    public static string? Of(ulong seed, Mutation mutation = Mutation.None) => Of(seed, new SimulatedWorld(seed, mutation));

    public static string? Of(ulong seed, IWorld world)
    {
        try
        {
            world.Run();
            return null;
        }
        // Whatever the model throws is as much a finding as a broken invariant, and needs the seed just as well.
        catch (Exception e)
        {
            var report = new StringBuilder();
            report.AppendLine(CultureInfo.InvariantCulture, $"Seed {seed}: {(e is Violation ? e.Message : e.ToString())}");
            report.AppendLine(CultureInfo.InvariantCulture, $"Again: {SeedVariable}={seed} dotnet test tests/Simulation");
            report.AppendLine(world.Profile.ToString());
            report.AppendLine("The last events:");
            foreach (var line in world.Trace) report.AppendLine(line);
            return report.ToString();
        }
    }
}
