using System.CommandLine;
using System.Text.Json;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm lease</c>: which node consumes which shard for whom.</summary>
internal static class LeasePalette
{
    public static Command Build(GlobalOptions globals) => new("lease", "Which node consumes which shard for which application.")
    {
        List(globals),
        Show(globals),
        Release(globals),
    };

    private static Command List(GlobalOptions globals)
    {
        var application = Arguments.OptionalApplication(globals);
        var command = new Command("list", "Every lease with its holder, its checkpoint and how far behind it is.") { application };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(ListPath(parsed.GetValue(application)), ContractJson.Default.LeasesAnswer, answer => ShowList(session.Screen, answer), token), cancel));
        return command;
    }

    public static string ListPath(string? application) => application is null ? Paths.Leases : Paths.Pipeline(application) + "/leases";

    private static int ShowList(Screen screen, LeasesAnswer answer)
    {
        var table = new TextTable(
            new("APPLICATION"), new("SHARD"), new("STATE"), new("NODE"), new("EPOCH", IsNumber: true, Dispensable: 4), new("CHECKPOINT", IsNumber: true, Dispensable: 3),
            new("LAG", IsNumber: true), new("RECORDS", IsNumber: true, Dispensable: 1), new("HEARD", IsNumber: true, Dispensable: 5), new("RESTARTS", IsNumber: true, Dispensable: 6), new("PHASE", Dispensable: 2));
        foreach (var lease in answer.Leases)
        {
            table.Add(
                lease.Application,
                ShardName.Short(lease.Stream, lease.ShardId),
                State(lease),
                Figures.Node(lease.Node),
                Figures.Count(lease.Epoch),
                Figures.Position(lease.Checkpoint),
                Figures.Duration(lease.LagMs),
                Figures.Behind(lease.LagRecords, lease.Undelivered),
                Figures.Duration(lease.HeardAgoMs),
                Figures.Count(lease.Restarts),
                Figures.Phase(lease.Phase, lease.Detail));
        }

        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(answer.Leases.Count, "lease")}");
        return ExitCodes.Ok;
    }

    private static Command Show(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var application = Arguments.Application(globals);
        var command = new Command("show", "One lease, with what happened to it.") { shard, application };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var (lease, json) = await FindAsync(session, parsed.GetRequiredValue(shard), parsed.GetRequiredValue(application), token);
                if (session.Json) session.Screen.Json(json);
                else ShowLease(session.Screen, lease);
                return ExitCodes.Ok;
            }, cancel));
        return command;
    }

    private static void ShowLease(Screen screen, LeaseAnswer lease)
    {
        screen.Properties(
            ("Application", lease.Application),
            ("Shard", $"{lease.Stream}/{lease.ShardId}"),
            ("Region", lease.Region),
            ("State", State(lease)),
            ("Node", Figures.Node(lease.Node)),
            ("Epoch", Figures.Count(lease.Epoch)),
            ("Checkpoint", $"row {Figures.Count(lease.Checkpoint?.Row)}, index {Figures.Count(lease.Checkpoint?.Index)}, sequence number {Figures.Text(lease.Checkpoint?.SequenceNumber)}"),
            ("Lag", $"{Figures.Duration(lease.LagMs)}, {Figures.Behind(lease.LagRecords, lease.Undelivered)} records"),
            ("Phase", Figures.Phase(lease.Phase, lease.Detail)),
            ("Last heard", lease.HeardAgoMs is null ? Figures.Unknown : $"{Figures.Duration(lease.HeardAgoMs)} ago"),
            ("Restarts", Figures.Count(lease.Restarts)),
            ("Moves", Figures.Count(lease.Placement)));
        if (lease.Causes is not { Count: > 0 } causes) return;
        screen.Line();
        var table = new TextTable(new("AT"), new("WHAT"));
        foreach (var cause in causes) table.Add(Figures.Time(cause.At), cause.What);
        table.WriteTo(screen);
    }

    private static Command Release(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var application = Arguments.Application(globals);
        var command = new Command("release", "Gives a lease to another node, or starts its consumer anew where there is one node.") { shard, application };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var (name, consumer) = (parsed.GetRequiredValue(shard), parsed.GetRequiredValue(application));
                await FindAsync(session, name, consumer, token);
                return session.Done(await session.Client.ChangeAsync(HttpMethod.Post, $"{Paths.Pipeline(consumer)}/leases/{name.ShardId}/release", null, token));
            }, cancel));
        return command;
    }

    /// <summary>The lease of an application on a shard, and its JSON as it came. Its path has no stream, so a wrong one is noticed here.</summary>
    /// <exception cref="PbmException">The application has no such lease.</exception>
    public static async Task<(LeaseAnswer Lease, string Json)> FindAsync(Session session, ShardName shard, string application, CancellationToken cancel)
    {
        var answer = await session.Client.GetAsync(ListPath(application), cancel);
        var leases = answer.Read(ContractJson.Default.LeasesAnswer).Leases;
        for (var i = 0; i < leases.Count; i++)
        {
            if (leases[i].Stream != shard.Stream || leases[i].ShardId != shard.ShardId || session.Settings.RegionGiven && leases[i].Region != session.Region) continue;
            using var json = JsonDocument.Parse(answer.Body);
            return (leases[i], json.RootElement.GetProperty("leases")[i].GetRawText());
        }

        var there = leases.Count == 0 ? "it has none" : "it has " + string.Join(", ", leases.Select(l => ShardName.Short(l.Stream, l.ShardId)));
        throw PbmException.Refused($"{application} has no lease on {shard}; {there}.");
    }

    private static Cell State(LeaseAnswer lease) => new(lease.State, lease.State switch
    {
        "Open" or "Finished" => Tone.Good,
        "Waiting" => Tone.Warning,
        _ => Tone.Bad,
    });
}
