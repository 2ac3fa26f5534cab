using System.CommandLine;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm consumer</c>: how far behind applications are, and where they start again.</summary>
internal static class ConsumerPalette
{
    private const string ResetPoints = "allowed are a time such as 2026-11-26T10:00:00Z, TRIM_HORIZON and LATEST";

    public static Command Build(GlobalOptions globals) => new("consumer", "How far behind applications are.") { Lag(globals), Reset(globals) };

    private static Command Lag(GlobalOptions globals)
    {
        var application = Arguments.OptionalApplication(globals);
        var watch = new Option<bool>("--watch", "-w") { Description = "Ask again until ctrl-C" };
        var interval = new Option<string?>("--interval") { Description = "Time between two looks with --watch, default 2s", HelpName = "TIME" };
        interval.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && !Settings.TryParseDuration(token.Value, out _))
                option.AddError($"--interval {token.Value}: allowed are 1ms to 24 hours, in seconds or with the unit ms, s or m.");
        });
        var command = new Command("lag", "Lag of each application and shard, in time and records.") { application, watch, interval };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) =>
            {
                var every = parsed.GetValue(interval) is { } text && Settings.TryParseDuration(text, out var time) ? time : TimeSpan.FromSeconds(2);
                return parsed.GetValue(watch)
                    ? WatchAsync(session, parsed.GetValue(application), every, token)
                    : LookAsync(session, parsed.GetValue(application), token);
            }, cancel));
        return command;
    }

    private static Task<int> LookAsync(Session session, string? application, CancellationToken cancel) =>
        session.ShowAsync(LeasePalette.ListPath(application), ContractJson.Default.LeasesAnswer, answer => ShowLag(session.Screen, answer), cancel);

    private static async Task<int> WatchAsync(Session session, string? application, TimeSpan interval, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(interval, session.Clock);
        try
        {
            do
            {
                if (!session.Json)
                {
                    session.Screen.Clear();
                    session.Screen.Line($"{Figures.Time(session.Clock.GetUtcNow())}, every {interval.TotalSeconds:0.###} s, ctrl-C ends");
                }

                await LookAsync(session, application, cancel);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // How watching ends.
        }

        return ExitCodes.Ok;
    }

    private static int ShowLag(Screen screen, LeasesAnswer answer)
    {
        var table = new TextTable(
            new("APPLICATION"), new("SHARD"), new("LAG", IsNumber: true), new("RECORDS", IsNumber: true), new("STATE"), new("NODE", Dispensable: 1), new("PHASE", Dispensable: 2));
        foreach (var application in answer.Leases.GroupBy(l => l.Application).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            foreach (var lease in application.OrderBy(l => l.Stream, StringComparer.Ordinal).ThenBy(l => l.ShardId, StringComparer.Ordinal))
            {
                table.Add(
                    lease.Application, ShardName.Short(lease.Stream, lease.ShardId), Figures.Duration(lease.LagMs), Figures.Behind(lease.LagRecords, lease.Undelivered), lease.State,
                    Figures.Node(lease.Node), Figures.Phase(lease.Phase, lease.Detail));
            }
        }

        table.WriteTo(screen);
        foreach (var application in answer.Leases.GroupBy(l => l.Application).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // A shard whose lag is not known may be the one that is furthest behind.
            var unknown = application.Count(l => l.State == "Open" && l.LagMs is null or < 0);
            var known = application.Max(l => l.LagMs) is { } lag and >= 0 ? $"{Figures.Duration(lag)} behind at most" : "lag not known";
            screen.Line(Printable.Line($"{application.Key}: {known}{(unknown == 0 ? "" : $", {Figures.Counted(unknown, "shard")} without an answer")}"));
        }

        return ExitCodes.Ok;
    }

    private static Command Reset(GlobalOptions globals)
    {
        var application = Arguments.Application(globals);
        var at = new Option<string>("--at") { Description = $"Where it starts again: {ResetPoints}", HelpName = "TIME", Required = true };
        at.CompletionSources.Add("TRIM_HORIZON", "LATEST");
        at.Validators.Add(option =>
        {
            if (option.Tokens is [var token, ..] && Point(token.Value) is null) option.AddError($"--at {token.Value}: {ResetPoints}.");
        });
        var yes = Arguments.Yes();
        var command = new Command("reset", "Moves every checkpoint of a paused application: what lies between is done again, or never.") { application, at, yes };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var (name, point) = (parsed.GetRequiredValue(application), Point(parsed.GetRequiredValue(at))!);
                session.Confirm(parsed.GetValue(yes), $"{name} starts again at {point}: what it has done since is done again, or what it has not done is left out.");
                return session.Done(await session.Client.PostAsync(Paths.Pipeline(name) + "/reset", new ResetBody(point), ContractJson.Default.ResetBody, token));
            }, cancel));
        return command;
    }

    private static string? Point(string text) => StartingPoint.TryParse(text, out var point)
        ? point switch
        {
            { Timestamp: { } time } => StartingPoint.Format(time),
            { SequenceNumber: null } => point.From,
            _ => null,
        }
        : null;
}
