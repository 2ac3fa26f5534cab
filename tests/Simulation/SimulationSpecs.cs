using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Xunit.Abstractions;

namespace ActorStreams.Simulation.Tests;

/// <summary>
/// The pure model of a shard in a world of two owners, crashes, lost answers and splits. A failure prints its seed; with
/// <c>ACTORSTREAMS_SEED</c> set only that seed runs.
/// </summary>
public class SimulationSpecs(ITestOutputHelper output)
{
    private const int FixedSeeds = 100;
    private static readonly TimeSpan FreshTime = TimeSpan.FromSeconds(6);
    private static readonly string? Asked = Environment.GetEnvironmentVariable(SimulationRun.SeedVariable);

    [Fact]
    public void Invariants_hold_for_fixed_seeds()
    {
        if (Asked is not null)
        {
            Run(ulong.Parse(Asked, CultureInfo.InvariantCulture));
            return;
        }
        for (ulong seed = 1; seed <= FixedSeeds; seed++) Run(seed);
    }

    [SkippableFact]
    public void Invariants_hold_for_fresh_seeds()
    {
        Skip.If(Asked is not null, $"{SimulationRun.SeedVariable} asks for one seed.");
        var watch = Stopwatch.StartNew();
        var runs = 0;
        for (; watch.Elapsed < FreshTime; runs++) Run(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        output.WriteLine($"{runs} fresh seeds.");
    }

    private static void Run(ulong seed)
    {
        if (SimulationRun.Of(seed) is { } failure) Assert.Fail(failure);
    }
}
