using System.CommandLine;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;
using ActorStreams.Pbm.Tail;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm shard</c>: one shard, its records, and why a consumer of it is behind.</summary>
internal static class ShardPalette
{
    public static Command Build(GlobalOptions globals) => new("shard", "One shard: its state, its records, its rows, and why a consumer of it is behind.")
    {
        Show(globals),
        Read(globals),
        VerifyCommand.Build(globals),
        Why(globals),
    };

    private static Command Show(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var command = new Command("show", "Everything the shard's owner tells of it.") { shard };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) =>
            {
                var name = parsed.GetRequiredValue(shard);
                return session.ShowAsync(Paths.Shard(session.Region, name), ContractJson.Default.ShardAnswer, answer => ShowShard(session.Screen, name, answer), token,
                    answer => answer.Unavailable is null ? 0 : 1);
            }, cancel));
        return command;
    }

    private static int ShowShard(Screen screen, ShardName name, ShardAnswer shard)
    {
        screen.Properties(
            ("Shard", $"{name.Stream}/{shard.ShardId}"),
            ("State", StreamTables.State(shard)),
            ("Node", Figures.Node(shard.Node)),
            ("Epoch", Figures.Count(shard.Epoch)),
            ("Hash keys", $"{shard.StartingHashKey} to {shard.EndingHashKey} ({Figures.RangeShare(shard)} of all)"),
            ("Parents", shard.Parents.Count == 0 ? "none" : string.Join(" ", shard.Parents)),
            ("Children", shard.Children.Count == 0 ? "none" : string.Join(" ", shard.Children)),
            ("Tip", $"row {Figures.Count(shard.TipRow)}, sequence number {Figures.Text(shard.TipSequenceNumber)}"),
            ("Trim horizon", $"after row {Figures.Count(shard.TrimmedToRow)}, sequence number {Figures.Text(shard.HorizonSequenceNumber)}"),
            ("Last arrival", Figures.Time(shard.LastArrival)),
            ("Holds", $"{Figures.Count(shard.Records)} records, {Figures.Bytes(shard.Bytes)}, {Figures.Count(shard.Rows)} rows"),
            ("In", Figures.Rate(shard.In)),
            ("Out", Figures.Rate(shard.Out)),
            ("Producers", Figures.Count(shard.Producers)));
        if (shard.HotKeys is { Count: > 0 } hot)
        {
            screen.Line();
            var table = new TextTable(new("HOT KEY"), new("SHARE", IsNumber: true));
            foreach (var key in hot) table.Add(key.PartitionKey ?? $"hash key {key.HashKey}", Figures.Share(key.Share));
            table.WriteTo(screen);
        }

        if (shard.Unavailable is { } why) screen.Line($"\n{Printable.Line(why)}");
        return StreamTables.Gaps(screen, shard.Unavailable is null ? 0 : 1);
    }

    private static Command Read(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var from = Arguments.From("TRIM_HORIZON");
        var limit = Arguments.Number("--limit", "Records at most, default 100", 1, 1_000_000);
        var command = new Command("read", "Prints records: time, shard, partition key, data.") { shard, from, limit };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) =>
            {
                var point = parsed.GetValue(from) is { } text && StartingPoint.TryParse(text, out var given) ? given : StartingPoint.TrimHorizon;
                return ReadAsync(session, parsed.GetRequiredValue(shard), point, parsed.GetValue(limit) ?? 100, token);
            }, cancel));
        return command;
    }

    private static async Task<int> ReadAsync(Session session, ShardName shard, StartingPoint from, long limit, CancellationToken cancel)
    {
        var reader = new ShardReader(session.Client, session.Region, shard);
        var printer = new RecordPrinter(session);
        StartingPoint? next = from;
        for (var left = limit; left > 0 && next is not null;)
        {
            var page = await reader.ReadAsync(next, (int)Math.Min(left, ShardReader.PageRecordsMax), TimeSpan.Zero, cancel);
            printer.Print(shard, page);
            left -= page.Records.Count;
            // An open shard has a next position also at its end.
            next = page.Next is null || page.Records.Count == 0 && page.BehindMs is null or 0 ? null : StartingPoint.After(page.Next);
        }

        return ExitCodes.Ok;
    }

    private static Command Why(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var application = Arguments.Application(globals);
        var command = new Command("why", "Says in words why a consumer is behind on a shard, with the evidence.") { shard, application };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) =>
            {
                var (name, consumer) = (parsed.GetRequiredValue(shard), parsed.GetRequiredValue(application));
                // The path has no stream, so a wrong one is noticed here. A missing lease is not: it is one of the answers.
                var pipeline = (await session.Client.GetAsync(Paths.Pipeline(consumer), token)).Read(ContractJson.Default.PipelineAnswer);
                if (pipeline.Source[(pipeline.Source.LastIndexOf('/') + 1)..] != name.Stream)
                    throw PbmException.Refused($"{consumer} reads {pipeline.Source}, not {name.Stream}.");
                return await session.ShowAsync(
                    $"{Paths.Pipeline(consumer)}/why/{name.ShardId}", ContractJson.Default.WhyAnswer, answer => ShowWhy(session.Screen, name, answer), token);
            }, cancel));
        return command;
    }

    private static int ShowWhy(Screen screen, ShardName shard, WhyAnswer answer)
    {
        screen.Properties(("Shard", shard.ToString()), ("Application", answer.Application), ("Verdict", answer.Verdict));
        screen.Line();
        screen.Line(Printable.Lines(answer.Sentence));
        if (answer.Evidence.Count == 0) return ExitCodes.Ok;
        screen.Line();
        var table = new TextTable(new("EVIDENCE"), new("VALUE"));
        foreach (var evidence in answer.Evidence) table.Add(evidence.What, Figures.Text(evidence.Value));
        table.WriteTo(screen);
        return ExitCodes.Ok;
    }
}
