using System.Globalization;
using Spectre.Console;

namespace ActorStreams.Node;

/// <summary>A progress bar on a terminal; elsewhere a line every few seconds.</summary>
internal static class Progress
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <param name="done">From 0 to 1.</param>
    public static async Task ShowAsync(string title, Func<double> done, Func<string> detail, Func<Task> work, TimeProvider clock)
    {
        if (Console.IsOutputRedirected)
        {
            await PollAsync(work(), LineInterval, clock, () => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {done():P0}, {detail()}")));
            return;
        }

        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async bar =>
        {
            var task = bar.AddTask(Markup.Escape(title), maxValue: 1);
            await PollAsync(work(), BarInterval, clock, Update);
            Update();

            void Update()
            {
                task.Value = done();
                task.Description = Markup.Escape($"{title} {detail()}");
            }
        });
    }

    private static async Task PollAsync(Task work, TimeSpan interval, TimeProvider clock, Action show)
    {
        while (await Task.WhenAny(work, Task.Delay(interval, clock)) != work) show();
        await work;
    }
}
