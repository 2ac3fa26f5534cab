using ActorStreams.Examples.Badges;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Firehose;

/// <summary>
/// Badge readings from log files that are rotated to the report of a warehouse: the agent and the node are killed again and again, and the warehouse is away for longer than its
/// delivery stream tries. The warehouse has each reading once, and its report is the generator's own count.
/// </summary>
public sealed class BadgesSpecs(ITestOutputHelper output)
{
    private const int Rotations = 12;
    private const int RetrySeconds = 1;

    /// <summary>The log is written in so many pieces.</summary>
    private const int Steps = 120;

    private enum Fault
    {
        AgentKilled = 1,
        NodeKilled = 2,
        WarehouseAway = 3,

        /// <summary>Once there are objects that it did not take.</summary>
        WarehouseBack = 4,
    }

    [SkippableFact]
    public Task The_warehouse_has_each_of_100_000_readings_once_whatever_is_killed_and_away() => RunAsync(100_000, stepMs: 80, faultMs: 600, rounds: 1, TimeSpan.FromMinutes(5));

    [SkippableFact]
    [Trait("Speed", "Long")]
    public Task The_warehouse_has_each_of_1_000_000_readings_once_whatever_is_killed_and_away() => RunAsync(1_000_000, stepMs: 400, faultMs: 2_000, rounds: 4, TimeSpan.FromMinutes(20));

    /// <param name="stepMs">Between two pieces of the log, on average.</param>
    /// <param name="faultMs">Before each fault, on average.</param>
    /// <param name="rounds">Of faults; each has the warehouse away once.</param>
    private async Task RunAsync(int lines, int stepMs, int faultMs, int rounds, TimeSpan patience)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The agent runs on Linux only.");
        Requires.Postgres();
        var deadline = new Deadline(patience);
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed of rotations, kills and pauses: {seed}");
        using var folder = new TempFolder();
        await using var server = await PostgresServer.StartAsync();
        await using var place = await BadgesPlace.StartAsync(folder.Folder("badges"), server, RetrySeconds);
        try
        {
            await place.AgentFollowsAsync(deadline);
            var log = new BadgeLog(place.LogFolder);
            TaskCompletionSource[] away = [.. Enumerable.Range(0, rounds).Select(_ => new TaskCompletionSource())];
            var writing = Task.Run(() => WriteAsync(log, lines, stepMs, new Random(seed), away));
            await HarmAsync(place, faultMs, new Random(seed + 1), away, deadline);
            await writing;
            output.WriteLine($"Written and killed after {deadline.Elapsed.TotalSeconds:0.0} s, {log.Rotations} rotations; {place.Manifests} objects were not taken.");

            await KillDuringRedriveAsync(place, new Random(seed + 2));
            await LoadedAsync(place, lines, deadline);
            await place.StopAsync();

            Assert.InRange(place.Manifests, 1, int.MaxValue);
            Assert.Equal(Rotations, log.Rotations);
            Assert.Empty(place.ErrorOutput);
            Assert.Equal(lines, await place.CountAsync());
            Assert.Equal(lines, await place.CountDifferentAsync());
            Assert.Equal(log.Report.Counts, await place.ReportAsync());
            output.WriteLine($"{lines} readings, each once, after {deadline.Elapsed.TotalSeconds:0.0} s.");
        }
        finally
        {
            output.WriteLine(place.Output);
        }
    }

    /// <param name="away">The warehouse is away for that time: a share of the lines waits for each, so that there is something that it does not take.</param>
    private static async Task WriteAsync(BadgeLog log, int lines, int stepMs, Random random, TaskCompletionSource[] away)
    {
        var rotations = new HashSet<int>();
        while (rotations.Count < Rotations) rotations.Add(random.Next(1, Steps));
        var step = 0;
        foreach (var piece in new Event(random.Next(), lines, TimeSpan.FromHours(12)).All().Chunk((lines / Steps) + 1))
        {
            var share = step / (Steps / (away.Length + 1));
            if (share > 0) await away[Math.Min(share, away.Length) - 1].Task;
            log.Append(piece);
            if (rotations.Contains(++step)) log.Rotate((Rotation)random.Next(1, 4));
            await Task.Delay(random.Next(2 * stepMs));
        }
    }

    private async Task HarmAsync(BadgesPlace place, int faultMs, Random random, TaskCompletionSource[] away, Deadline deadline)
    {
        foreach (var round in away)
        {
            Fault[] before = [Fault.AgentKilled, Fault.NodeKilled, Fault.AgentKilled];
            Fault[] during = [Fault.NodeKilled, Fault.AgentKilled];
            Fault[] after = [Fault.NodeKilled, Fault.AgentKilled];
            foreach (var set in (Fault[][])[before, during, after]) random.Shuffle(set);
            foreach (var fault in (Fault[])[.. before, Fault.WarehouseAway, .. during, Fault.WarehouseBack, .. after])
            {
                await Task.Delay(random.Next(2 * faultMs));
                output.WriteLine($"{deadline.Elapsed.TotalSeconds:0.0} s: {fault}");
                await HarmAsync(place, fault, deadline);
                if (fault == Fault.WarehouseAway) round.SetResult();
            }
        }
        await place.NodeReadyAsync();
    }

    private static async Task HarmAsync(BadgesPlace place, Fault fault, Deadline deadline)
    {
        switch (fault)
        {
            case Fault.AgentKilled:
                await place.KillAgentAsync();
                break;
            case Fault.NodeKilled:
                await place.NodeReadyAsync();
                await place.KillNodeAsync();
                break;
            case Fault.WarehouseAway:
                await place.WarehouseAwayAsync();
                break;
            case Fault.WarehouseBack:
                for (var before = place.Manifests; place.Manifests <= before;) await deadline.PauseAsync("no object was given up, though the warehouse is away.");
                await place.WarehouseBackAsync();
                break;
        }
    }

    /// <summary>A redrive that is cut off anywhere is asked for again.</summary>
    private static async Task KillDuringRedriveAsync(BadgesPlace place, Random random)
    {
        var redriving = place.RedriveAsync();
        await Task.Delay(random.Next(1_000));
        await place.KillNodeAsync();
        try
        {
            await redriving;
        }
        catch (HttpRequestException)
        {
            // As far as it came.
        }
        await place.NodeReadyAsync();
    }

    private async Task LoadedAsync(BadgesPlace place, int lines, Deadline deadline)
    {
        while (true)
        {
            var failures = await place.FailuresAsync();
            var count = await place.CountAsync();
            if (failures == 0 && count >= lines) return;
            if (failures > 0) output.WriteLine($"{deadline.Elapsed.TotalSeconds:0.0} s: {await place.RedriveAsync()}");
            await deadline.PauseAsync($"{count} of {lines} readings are there, and {failures} failures were left.");
        }
    }
}
