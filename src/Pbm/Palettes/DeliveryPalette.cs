using System.CommandLine;
using System.Globalization;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm delivery</c>: delivery streams, and what they could not deliver.</summary>
internal static class DeliveryPalette
{
    public static Command Build(GlobalOptions globals) => new("delivery", "Delivery streams: what goes to buckets, tables, indexes and endpoints.")
    {
        List(globals),
        Show(globals),
        Redrive(globals),
    };

    private static Command List(GlobalOptions globals)
    {
        var command = new Command("list", "Every delivery stream with its destination, how far behind it is, and what it waits for.");
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                Paths.Deliveries, ContractJson.Default.DeliveriesAnswer, answer => ShowList(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowList(Screen screen, DeliveriesAnswer answer)
    {
        var table = new TextTable(
            new("REGION", Dispensable: 2), new("DELIVERY STREAM"), new("SOURCE"), new("DESTINATION"), new("VERSION", IsNumber: true, Dispensable: 1),
            new("LAG", IsNumber: true), new("KEPT FOR", IsNumber: true), new("PHASE"));
        foreach (var delivery in answer.Deliveries)
        {
            table.Add(
                delivery.Region, delivery.Stream, delivery.Source, delivery.Destination, Figures.Count(delivery.Version), Figures.Duration(delivery.LagMs), KeptFor(delivery),
                Phase(delivery.Phase, delivery.Detail));
        }

        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(answer.Deliveries.Count, "delivery stream")}");
        return ExitCodes.Ok;
    }

    private static Command Show(GlobalOptions globals)
    {
        var name = Name();
        var command = new Command("show", "A delivery stream with its shards, and with what it could not deliver.") { name };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                ShowPath(session, parsed.GetRequiredValue(name)), ContractJson.Default.DeliveryAnswer, answer => ShowOne(session.Screen, answer), token), cancel));
        return command;
    }

    /// <summary>A destination that is away is not waited for longer than the answer is.</summary>
    private static string ShowPath(Session session, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{Paths.Delivery(session.Region, name)}?wait={Math.Clamp(session.Settings.Timeout.TotalSeconds / 2, 1, 3600):0}");

    private static int ShowOne(Screen screen, DeliveryAnswer delivery)
    {
        screen.Properties(
            ("Delivery stream", delivery.Stream),
            ("Region", delivery.Region),
            ("Source", delivery.Source),
            ("Destination", delivery.Destination),
            ("Version", Figures.Count(delivery.Version)),
            ("Pipeline", delivery.Pipeline),
            ("Lag", Figures.Duration(delivery.LagMs)),
            ("Kept for", KeptFor(delivery)),
            ("Warning", new Cell(Figures.Text(delivery.Warning), delivery.Warning.Length > 0 ? Tone.Bad : Tone.Plain)));
        screen.Line();
        ShowShards(screen, delivery.Shards);
        screen.Line();
        if (delivery.FailuresProblem.Length > 0)
        {
            screen.Properties(("What could not be delivered", new Cell($"not known. {delivery.FailuresProblem}", Tone.Warning)));
            return ExitCodes.Ok;
        }

        var table = new TextTable(new("NOT DELIVERED"), new("OLDEST"), new("OBJECT"));
        foreach (var failure in delivery.Failures)
            table.Add(failure.Kind == "Object" ? "object" : "records", Figures.Time(failure.Oldest), failure.Key);
        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(delivery.Failures.Count, "failure")}");
        return ExitCodes.Ok;
    }

    private static void ShowShards(Screen screen, IReadOnlyList<DeliveryShardAnswer> shards)
    {
        var table = new TextTable(
            new("SHARD"), new("NODE", Dispensable: 3), new("POSITION", IsNumber: true, Dispensable: 2), new("LAG", IsNumber: true), new("LAG RECORDS", IsNumber: true),
            new("OUT", IsNumber: true, Dispensable: 4), new("COLLECTING", Dispensable: 1), new("PHASE"));
        foreach (var shard in shards)
        {
            table.Add(
                shard.ShardId, Figures.Node(shard.Node), Figures.Position(shard.Position), Figures.Duration(shard.LagMs),
                Figures.Behind(shard.LagRecords, shard.Undelivered), Figures.Count(shard.BatchesOut), Collecting(shard.Collecting), Phase(shard.Phase, ""));
        }

        table.WriteTo(screen);
        foreach (var shard in shards.Where(s => s.Detail.Length > 0)) screen.Properties((shard.ShardId, new Cell(Waits(shard), Tone.Warning)));
    }

    private static string Collecting(CollectingAnswer? batch) => batch is null
        ? Figures.Unknown
        : $"{Figures.Counted(batch.Records, "record")}, {Figures.Bytes(batch.Bytes)} of {Figures.Bytes(batch.BytesMax)}, {Figures.Duration(batch.AgeMs)} of {Figures.Duration(batch.AgeMsMax)}";

    private static string Waits(DeliveryShardAnswer shard) => shard.WaitingMs == 0
        ? shard.Detail
        : $"waits for {Figures.Duration(shard.WaitingMs)}, {(shard.Tries == 1 ? "1 try" : $"{Figures.Count(shard.Tries)} tries")}: {shard.Detail}";

    private static Cell Phase(string phase, string detail) =>
        new(Figures.Phase(phase, detail), phase is "Running" or "Finished" && detail.Length == 0 ? Tone.Good : Tone.Warning);

    /// <summary>How long the source still keeps the oldest record that is not delivered; nothing is left of that where records are being lost.</summary>
    private static Cell KeptFor(DeliveryAnswer delivery) =>
        new(Figures.Duration(delivery.RetentionLeftMs is < 0 ? 0 : delivery.RetentionLeftMs), delivery.Warning.Length > 0 ? Tone.Bad : Tone.Plain);

    private static Command Redrive(GlobalOptions globals)
    {
        var name = Name();
        var command = new Command("redrive", "Sends again what a delivery stream could not deliver; what was sent again is not sent twice.") { name };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) => session.Done(await session.Client.ChangeAsync(
                HttpMethod.Post, $"{Paths.Delivery(session.Region, parsed.GetRequiredValue(name))}/redrive", null, token)), cancel));
        return command;
    }

    private static Argument<string> Name()
    {
        var argument = new Argument<string>("DELIVERY") { Description = "Name of the delivery stream" };
        Arguments.NotEmpty(argument);
        return argument;
    }
}
