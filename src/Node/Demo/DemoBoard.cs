using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorStreams.Node.Demo;

/// <summary>Shows the run: a live table on a terminal, a line every two seconds elsewhere, and a summary at the end.</summary>
internal sealed class DemoBoard : IDisposable
{
    private const int AlertsShown = 5;
    private static readonly TimeSpan TableInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private readonly DemoRun _run;
    private readonly TimeSpan _time;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Rates _rates;
    private readonly string _where;

    private DemoBoard(DemoRun run, Uri endpoint, Uri admin, TimeSpan time, TimeProvider clock)
    {
        _run = run;
        _time = time;
        _clock = clock;
        _start = clock.GetTimestamp();
        _rates = new Rates(clock);
        _where = $"AWS clients: {endpoint} (any credentials, region {DemoSettings.Region}), admin: {admin}";
    }

    public static DemoBoard For(DemoRun run, Uri endpoint, Uri admin, TimeSpan time, TimeProvider clock) => new(run, endpoint, admin, time, clock);

    public async Task<DemoVerdict> ShowWhileAsync(Task<DemoVerdict> work)
    {
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine(_where);
            await PollAsync(work, LineInterval, () => Console.WriteLine(Line()));
            return await work;
        }

        await AnsiConsole.Live(Table()).AutoClear(true).StartAsync(live => PollAsync(work, TableInterval, () => live.UpdateTarget(Table())));
        AnsiConsole.Write(Table());
        return await work;
    }

    public void Summarise(DemoVerdict verdict, string? kept)
    {
        Write($"Records put and acknowledged: {verdict.Acknowledged}; read back from the start: {verdict.Missing} missing, {verdict.Repeated} too many.");
        if (!verdict.NotOffered.IsEmpty) Write($"Not offered by this operating system: {string.Join(", ", verdict.NotOffered)}.");
        Write($"Alerts: {verdict.Alerts.Length}, of which for the marked spike: {verdict.MarkedAlerts}{After()}.");
        foreach (var alert in verdict.Alerts.TakeLast(AlertsShown))
            Write($"  {alert.Time}  {alert.Key} = {alert.Value:0.###} (mean {alert.Mean:0.###}, score {alert.Score:0.#}){(DemoRun.IsMarked(alert) ? "  <- the marked spike" : "")}");
        Write($"Exactly once: {verdict.Expected} alerts expected of what is stored, {verdict.LostAlerts} lost, {verdict.SurplusAlerts} too many; {verdict.DeadLetters} dead letters.");
        if (kept is not null) Write($"The streams are kept in {kept}; actorstreams --data {kept} serves them again.");
        Console.WriteLine(verdict.Passed ? "All as it should be." : "That is not as it should be.");
    }

    public void Dispose() => _run.Dispose();

    private string After() => _run.SpikeToAlert is { } took ? string.Create(CultureInfo.InvariantCulture, $", read {took.TotalMilliseconds:0} ms after it was put") : "";

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task PollAsync(Task work, TimeSpan interval, Action show)
    {
        while (await Task.WhenAny(work, Task.Delay(interval, _clock)) != work) show();
        show();
    }

    private (string Stream, long Records, double Rate, string Lag)[] Rows() =>
    [
        (DemoSettings.Telemetry, _run.Put, _rates.Of(DemoSettings.Telemetry, _run.Put), Lag(_run.Telemetry)),
        (DemoSettings.Alerts, _run.AlertStream.Count, _rates.Of(DemoSettings.Alerts, _run.AlertStream.Count), Lag(_run.AlertStream)),
        (DemoSettings.DeadLetters, _run.DeadLetterStream.Count, _rates.Of(DemoSettings.DeadLetters, _run.DeadLetterStream.Count), Lag(_run.DeadLetterStream)),
    ];

    private static string Lag(StreamFollower follower) => follower.BehindMs == 0 ? "caught up" : string.Create(CultureInfo.InvariantCulture, $"{follower.BehindMs} ms");

    private string Line()
    {
        var streams = Rows().Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Stream} {r.Records} ({r.Rate:0.0}/s, {r.Lag})"));
        var last = _run.Alerts is [.., var alert] ? string.Create(CultureInfo.InvariantCulture, $"; last alert {alert.Key} = {alert.Value:0.###}, score {alert.Score:0.#}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_clock.GetElapsedTime(_start).TotalSeconds,4:0} s: {string.Join(", ", streams)}{last}");
    }

    private Rows Table()
    {
        var streams = new Table().RoundedBorder().AddColumns("stream", "records", "records/s", "reader's lag");
        foreach (var (stream, records, rate, lag) in Rows())
            streams.AddRow(stream, records.ToString("N0", CultureInfo.InvariantCulture), rate.ToString("0.0", CultureInfo.InvariantCulture), lag);
        var metrics = new Table().RoundedBorder().AddColumns("metric", "latest");
        foreach (var (metric, value) in _run.Latest) metrics.AddRow(Markup.Escape(metric), value.ToString("N2", CultureInfo.InvariantCulture));
        var alerts = new Table().RoundedBorder().AddColumns("alert", "value", "mean", "score", "time");
        foreach (var alert in _run.Alerts.TakeLast(AlertsShown))
        {
            alerts.AddRow(
                Markup.Escape(alert.Key) + (DemoRun.IsMarked(alert) ? " [yellow](marked)[/]" : ""), alert.Value.ToString("N2", CultureInfo.InvariantCulture),
                alert.Mean.ToString("N2", CultureInfo.InvariantCulture), alert.Score.ToString("N1", CultureInfo.InvariantCulture), Markup.Escape(alert.Time));
        }

        var elapsed = Math.Min(_clock.GetElapsedTime(_start).TotalSeconds, _time.TotalSeconds);
        var title = string.Create(CultureInfo.InvariantCulture, $"{elapsed:0} of {_time.TotalSeconds:0} s  {_where}");
        IRenderable[] parts = [new Text(title), streams, new Columns(metrics, alerts)];
        return new Rows(parts);
    }

    /// <summary>Records a second, over the last few looks.</summary>
    private sealed class Rates(TimeProvider clock)
    {
        private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
        private readonly Dictionary<string, Queue<(long At, long Count)>> _looks = new(StringComparer.Ordinal);

        public double Of(string stream, long count)
        {
            if (!_looks.TryGetValue(stream, out var looks)) _looks[stream] = looks = new Queue<(long, long)>();
            var now = clock.GetTimestamp();
            while (looks.Count > 1 && clock.GetElapsedTime(looks.Peek().At, now) > Window) looks.Dequeue();
            looks.Enqueue((now, count));
            var (at, first) = looks.Peek();
            var seconds = clock.GetElapsedTime(at, now).TotalSeconds;
            return seconds > 0 ? (count - first) / seconds : 0;
        }
    }
}
