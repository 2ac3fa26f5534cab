using System.CommandLine;
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
        var command = new Command("list", "Every delivery stream with its destination.");
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                Paths.Deliveries, ContractJson.Default.DeliveriesAnswer, answer => ShowList(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowList(Screen screen, DeliveriesAnswer answer)
    {
        var table = new TextTable(
            new("REGION", Dispensable: 2), new("DELIVERY STREAM"), new("SOURCE"), new("DESTINATION"), new("VERSION", IsNumber: true, Dispensable: 1),
            new("KEPT FOR", IsNumber: true));
        foreach (var delivery in answer.Deliveries)
            table.Add(delivery.Region, delivery.Stream, delivery.Source, delivery.Destination, Figures.Count(delivery.Version), KeptFor(delivery));
        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(answer.Deliveries.Count, "delivery stream")}");
        return ExitCodes.Ok;
    }

    private static Command Show(GlobalOptions globals)
    {
        var name = Name();
        var command = new Command("show", "A delivery stream with what it could not deliver.") { name };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                Paths.Delivery(session.Region, parsed.GetRequiredValue(name)), ContractJson.Default.DeliveryAnswer, answer => ShowOne(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowOne(Screen screen, DeliveryAnswer delivery)
    {
        screen.Properties(
            ("Delivery stream", delivery.Stream),
            ("Region", delivery.Region),
            ("Source", delivery.Source),
            ("Destination", delivery.Destination),
            ("Version", Figures.Count(delivery.Version)),
            ("Pipeline", delivery.Pipeline),
            ("Kept for", KeptFor(delivery)),
            ("Warning", new Cell(Figures.Text(delivery.Warning), delivery.Warning.Length > 0 ? Tone.Bad : Tone.Plain)));
        screen.Line();
        var table = new TextTable(new("NOT DELIVERED"), new("OLDEST"), new("OBJECT"));
        foreach (var failure in delivery.Failures)
            table.Add(failure.Kind == "Object" ? "object" : "records", Figures.Time(failure.Oldest), failure.Key);
        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(delivery.Failures.Count, "failure")}");
        return ExitCodes.Ok;
    }

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
