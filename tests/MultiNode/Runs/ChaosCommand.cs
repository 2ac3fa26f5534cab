using System.CommandLine;
using System.Globalization;
using ActorStreams.MultiNode.Tests.Processes;
using ActorStreams.MultiNode.Tests.Processes.Formation;
using ActorStreams.MultiNode.Tests.Processes.Times;
using ActorStreams.MultiNode.Tests.Schedules;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Runs;

/// <summary>Runs schedules from a seed on, a line for each, and a report.</summary>
public static class ChaosCommand
{
    private enum Depth
    {
        InProcess,
        Processes,
    }

    // A run that takes longer is worth a look at what kept it.
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(25);

    public static Task<int> RunAsync(string[] args)
    {
        var runs = new Option<int>("--runs") { Description = "Schedules to run.", DefaultValueFactory = _ => 3 };
        var seed = new Option<int?>("--seed") { Description = "Seed of the first; the others count up from it. Without it, one that nobody knows." };
        var depth = new Option<string>("--depth") { Description = "What a cluster is made of.", DefaultValueFactory = _ => "in-process" };
        depth.AcceptOnlyFromAmong("in-process", "processes");
        var report = new Option<FileInfo?>("--report") { Description = "Markdown file for the report." };
        var logs = new Option<bool>("--keep-logs") { Description = "Keep what nodes in one process logged in artifacts/chaos, also of schedules that passed." };
        var times = new Option<int?>("--times") { Description = "Instead: measure so many times how soon a cluster of three processes is whole again after each kind of fault." };
        var formation = new Option<int?>("--formation") { Description = "Instead: form so many clusters of processes, in an order and with delays that the seed decides." };
        var command = new RootCommand("Drives clusters through seeded schedules of faults and accounts for every record.") { runs, seed, depth, report, logs, times, formation };
        command.SetAction(async (parsed, cancel) => parsed.GetValue(times) is { } passes ? await TimesCommand.RunAsync(passes, parsed.GetValue(report))
            : parsed.GetValue(formation) is { } formations ? await FormationCommand.RunAsync(formations, parsed.GetValue(seed) ?? 1)
            : await RunAsync(
            parsed.GetValue(runs), parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000), parsed.GetValue(depth) == "processes" ? Depth.Processes : Depth.InProcess,
            parsed.GetValue(report), parsed.GetValue(logs), cancel));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> RunAsync(int runs, int firstSeed, Depth depth, FileInfo? report, bool keepLogs, CancellationToken cancel)
    {
        if (PostgresServer.BinariesFolder is null)
        {
            await Console.Error.WriteLineAsync("PostgreSQL's server (initdb, pg_ctl) was not found: apt-get install postgresql");
            return 1;
        }

        var results = new List<RunResult>();
        for (var i = 0; i < runs && !cancel.IsCancellationRequested; i++)
        {
            var result = await RunOneAsync(firstSeed + i, depth, keepLogs);
            results.Add(result);
            Console.WriteLine(RunReport.Line(result));
            if (keepLogs) foreach (var failure in result.Failures) Console.WriteLine($"    calls failed {failure}");
            // After each, so that a run that is broken off leaves what it has found.
            if (report is not null)
                await File.WriteAllTextAsync(report.FullName, RunReport.Markdown(results, depth == Depth.Processes ? "real processes" : "in one process"), CancellationToken.None);
            if (result.Passed) continue;
            foreach (var violation in result.Violations) Console.WriteLine("    " + violation);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"    {result.Schedule}\n    again: ./build.sh chaos --runs 1 --seed {firstSeed + i} --depth {(depth == Depth.Processes ? "processes" : "in-process")}"));
        }

        Console.WriteLine(RunReport.Summary(results));
        return results.All(r => r.Passed) ? 0 : 1;
    }

    private static async Task KeepLogAsync(ICluster cluster, int seed)
    {
        Directory.CreateDirectory(Path.Combine("artifacts", "chaos"));
        var path = Path.Combine("artifacts", "chaos", string.Create(CultureInfo.InvariantCulture, $"seed-{seed}.log"));
        await File.WriteAllTextAsync(path, cluster.Log);
        Console.WriteLine($"    what the nodes logged: {path}");
    }

    private static async Task<RunResult> RunOneAsync(int seed, Depth depth, bool keepLogs)
    {
        if (depth == Depth.Processes) return await ProcessRuns.RunAsync(seed, ScheduleScale.Processes, nodesMax: 5, Console.WriteLine);
        var schedule = ScheduleGenerator.Draw(seed, ScheduleScale.InProcess);
        var start = TimeProvider.System.GetTimestamp();
        ICluster cluster;
        try
        {
            cluster = await InProcess.InProcessCluster.StartAsync(schedule.Nodes);
        }
        catch (TimeoutException e)
        {
            return new RunResult(schedule, RunCounts.None, [], [$"The cluster did not form: {e.Message}"], TimeProvider.System.GetElapsedTime(start));
        }

        await using var _ = cluster;
        var result = await new ChaosRun(schedule, cluster, RunRules.InProcess).RunAsync();
        if (keepLogs || !result.Passed || result.Took > s_slow) await KeepLogAsync(cluster, seed);
        return result;
    }
}
