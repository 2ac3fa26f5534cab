using System.Globalization;
using System.Text;

namespace ActorStreams.MultiNode.Tests.Runs;

/// <summary>Results for people: a line, a summary, a page.</summary>
public static class RunReport
{
    public static string Line(RunResult result)
    {
        var c = result.Counts;
        return string.Create(CultureInfo.InvariantCulture, $"""
            {(result.Passed ? "ok  " : "FAIL")} seed {result.Schedule.Seed,-8} {result.Schedule.Nodes} nodes {c.Acknowledged,6} acknowledged {c.Stored,6} stored {c.Alerts,4} alerts {c.OwnerChanges,3} owner changes {c.LostWrites,3} fenced {c.FailedWrites,3} unconfirmed {c.Restarts} restarts {c.Retries,4} retries {c.FailedCalls,2} failed calls, away {Worst(result).TotalSeconds,4:0.0} s, {result.Took.TotalSeconds,4:0.0} s: {string.Join("; ", result.Schedule.Faults)}
            """);
    }

    public static string Summary(IReadOnlyList<RunResult> results) => string.Create(
        CultureInfo.InvariantCulture,
        $"{results.Count} schedules, {results.Count(r => !r.Passed)} failed: {results.Sum(r => r.Counts.Acknowledged)} records acknowledged, {results.Sum(r => r.Counts.OwnerChanges)} owner changes, {results.Sum(r => r.Counts.LostWrites)} fenced writes, {results.Sum(r => r.Schedule.Faults.Length)} faults, {results.Sum(r => r.Took.TotalSeconds):0} s.");

    public static string Markdown(IReadOnlyList<RunResult> results, string depth)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Chaos: {results.Count} schedules, {depth}").AppendLine();
        page.AppendLine(Summary(results)).AppendLine();
        page.AppendLine("Unavailability is the longest time in which one key could not be written, from its last acknowledgement before to its first after.").AppendLine();
        page.AppendLine("| fault | times | median s | worst s |").AppendLine("| --- | ---: | ---: | ---: |");
        foreach (var kind in results.SelectMany(r => r.Outages).GroupBy(o => o.Fault.GetType().Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var worst = kind.Select(o => o.Worst.TotalSeconds).Order().ToArray();
            page.AppendLine(CultureInfo.InvariantCulture, $"| {kind.Key} | {worst.Length} | {worst[worst.Length / 2]:0.0} | {worst[^1]:0.0} |");
        }

        page.AppendLine().AppendLine("| seed | nodes | acknowledged | stored | alerts | owner changes | fenced | unconfirmed | restarts | unavailable s | faults | verdict |");
        page.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |");
        foreach (var r in results)
        {
            var c = r.Counts;
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Schedule.Seed} | {r.Schedule.Nodes} | {c.Acknowledged} | {c.Stored} | {c.Alerts} | {c.OwnerChanges} | {c.LostWrites} | {c.FailedWrites} | {c.Restarts} | {Worst(r).TotalSeconds:0.0} | {string.Join("; ", r.Schedule.Faults)} | {(r.Passed ? "ok" : string.Join(" ", r.Violations))} |");
        }

        return page.ToString();
    }

    private static TimeSpan Worst(RunResult result) => result.Outages.Select(o => o.Worst).DefaultIfEmpty().Max();
}
