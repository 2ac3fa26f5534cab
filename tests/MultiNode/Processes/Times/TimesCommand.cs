using System.Globalization;

namespace ActorStreams.MultiNode.Tests.Processes.Times;

/// <summary><c>./build.sh chaos --times N</c>: N formations and N passes over all trials, a line for each and a table at the end.</summary>
internal static class TimesCommand
{
    /// <returns>0 where every time is within its bound.</returns>
    public static async Task<int> RunAsync(int passes, FileInfo? report)
    {
        var times = new RecoveryTimes(Console.WriteLine);
        var formations = new List<TimeSpan>();
        var trials = new List<TrialTimes>();
        for (var pass = 0; pass < passes; pass++)
        {
            formations.Add(await times.FormationAsync());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"formed from nothing",-42} {formations[^1].TotalSeconds:0.0} s"));
            trials.AddRange(await times.RunAsync(Trial.All));
        }

        var table = TimesTable.Markdown(formations, trials);
        Console.WriteLine(table);
        if (report is not null) await File.WriteAllTextAsync(report.FullName, table);
        return trials.All(t => t.IsWithinBounds) && formations.All(f => f < RecoveryTimes.FormationBound) ? 0 : 1;
    }
}
