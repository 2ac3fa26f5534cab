using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Xunit.Abstractions;

namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>
/// The pure models of the lease over the store, the pipelines' coordinator and the consumers in a world of two coordinators, stopped owners, clock
/// steps, lost answers and reshards. A failure prints its seed; with <c>ACTORSTREAMS_SEED</c> set only that seed runs.
/// </summary>
public class ApplicationSpecs(ITestOutputHelper output)
{
    private const int FixedSeeds = 100;
    private const ulong MutationSeedsMax = 400;
    private static readonly TimeSpan s_freshTime = TimeSpan.FromSeconds(4);
    private static readonly string? s_asked = Environment.GetEnvironmentVariable(SimulationRun.SeedVariable);

    public static TheoryData<ApplicationMutation> Mutations => [.. Enum.GetValues<ApplicationMutation>().Where(m => m != ApplicationMutation.None)];

    [Fact]
    public void Invariants_of_applications_hold_for_fixed_seeds()
    {
        if (s_asked is not null)
        {
            MustHold(ulong.Parse(s_asked, CultureInfo.InvariantCulture));
            return;
        }
        for (ulong seed = 1; seed <= FixedSeeds; seed++) MustHold(seed);
    }

    [SkippableFact]
    public void Invariants_of_applications_hold_for_fresh_seeds()
    {
        Skip.If(s_asked is not null, $"{SimulationRun.SeedVariable} asks for one seed.");
        var watch = Stopwatch.StartNew();
        var runs = 0;
        for (; watch.Elapsed < s_freshTime; runs++) MustHold(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        output.WriteLine($"{runs} fresh seeds.");
    }

    [Theory]
    [MemberData(nameof(Mutations))]
    public void Simulation_of_applications_finds(ApplicationMutation mutation)
    {
        for (ulong seed = 1; seed <= MutationSeedsMax; seed++)
        {
            if (SimulationRun.Of(seed, new ApplicationWorld(seed, mutation)) is not { } failure) continue;
            output.WriteLine($"After {seed} seeds. {failure}");
            return;
        }
        Assert.Fail($"{MutationSeedsMax} seeds went by and nobody noticed {mutation}.");
    }

    private static void MustHold(ulong seed)
    {
        if (SimulationRun.Of(seed, new ApplicationWorld(seed, ApplicationMutation.None)) is { } failure) Assert.Fail(failure);
    }
}
