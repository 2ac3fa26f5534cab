using System.Globalization;
using System.Text;

namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary>Measured times for people.</summary>
internal static class TimesTable
{
    public static string Line(TrialTimes times) => string.Create(
        CultureInfo.InvariantCulture,
        $"{times.Trial.Name,-42} writable {Seconds(times.Writable),6} (to be < {times.Trial.Bound.TotalSeconds:0}), consumed {Seconds(times.Consumed),6} {times.Note}");

    public static string Markdown(IReadOnlyList<TimeSpan> formations, IReadOnlyList<TrialTimes> times)
    {
        var page = new StringBuilder();
        page.AppendLine("| what happens to a cluster of three | times | every shard writable after, s (worst) | bound | every consumer going on after, s (worst) |");
        page.AppendLine("| --- | ---: | ---: | ---: | ---: |");
        if (formations.Count > 0)
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| formed from nothing | {formations.Count} | {formations.Average(f => f.TotalSeconds):0.0} ({Seconds(formations.Max())}) | 15 | |");
        }

        foreach (var trial in times.GroupBy(t => t.Trial.Name))
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {trial.Key} | {trial.Count()} | {Average(trial.Select(t => t.Writable))} ({Worst(trial.Select(t => t.Writable))}) | {trial.First().Trial.Bound.TotalSeconds:0} | {Average(trial.Select(t => t.Consumed))} ({Worst(trial.Select(t => t.Consumed))}) |");
        }

        return page.ToString();
    }

    private static string Average(IEnumerable<TimeSpan?> times) =>
        times.OfType<TimeSpan>().Select(t => t.TotalSeconds).DefaultIfEmpty(double.NaN).Average().ToString("0.0", CultureInfo.InvariantCulture);

    private static string Worst(IEnumerable<TimeSpan?> times) => times.Contains(null) ? "never" : Seconds(times.Max());

    private static string Seconds(TimeSpan? time) => time is { } known ? known.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "never";
}
