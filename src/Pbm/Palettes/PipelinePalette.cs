using System.CommandLine;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm pipeline</c>: what is done to streams.</summary>
internal static class PipelinePalette
{
    public static Command Build(GlobalOptions globals) => new("pipeline", "Pipelines: what is done to streams.")
    {
        List(globals),
        Show(globals),
        Change(globals, "pause", "Stops a pipeline's consumers where they are; their leases stay."),
        Change(globals, "resume", "Lets a paused pipeline go on."),
    };

    private static Command List(GlobalOptions globals)
    {
        var command = new Command("list", "Every pipeline with what it has done.");
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(Paths.Pipelines, ContractJson.Default.PipelinesAnswer, answer => ShowList(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowList(Screen screen, PipelinesAnswer answer)
    {
        var table = new TextTable(
            new("PIPELINE"), new("PHASE"), new("SOURCE"), new("OUTPUT", Dispensable: 4), new("CONSUMERS", IsNumber: true, Dispensable: 3), new("RECORDS", IsNumber: true),
            new("ALERTS", IsNumber: true), new("DEAD LETTERS", IsNumber: true, Dispensable: 1), new("GAPS", IsNumber: true, Dispensable: 2), new("LAG", IsNumber: true));
        foreach (var pipeline in answer.Pipelines)
        {
            table.Add(
                pipeline.Name,
                Phase(pipeline),
                pipeline.Source,
                pipeline.Output,
                Figures.Count(pipeline.Consumers.Count),
                Figures.Count(pipeline.Records),
                Figures.Count(pipeline.Alerts),
                Figures.Count(pipeline.DeadLetters),
                Figures.Count(pipeline.Gaps),
                Figures.Duration(pipeline.Consumers.Select(c => (long?)c.LagMs).Max()));
        }

        table.WriteTo(screen);
        screen.Line($"Count: {Figures.Counted(answer.Pipelines.Count, "pipeline")}");
        return ExitCodes.Ok;
    }

    private static Command Show(GlobalOptions globals)
    {
        var name = Arguments.Application(globals, "PIPELINE");
        var command = new Command("show", "A pipeline with its consumers.") { name };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, (session, token) => session.ShowAsync(
                Paths.Pipeline(parsed.GetRequiredValue(name)), ContractJson.Default.PipelineAnswer, answer => ShowPipeline(session.Screen, answer), token), cancel));
        return command;
    }

    private static int ShowPipeline(Screen screen, PipelineAnswer pipeline)
    {
        screen.Properties(
            ("Pipeline", pipeline.Name),
            ("Phase", Phase(pipeline)),
            ("Detail", Figures.Text(pipeline.Detail)),
            ("Source", pipeline.Source),
            ("Output", pipeline.Output),
            ("Dead letters", pipeline.DeadLetterStream),
            ("Done", $"{Figures.Counted(pipeline.Records, "record")}, {Figures.Counted(pipeline.Alerts, "alert")}, {Figures.Counted(pipeline.DeadLetters, "dead letter")}, {Figures.Counted(pipeline.Gaps, "gap")}"));
        screen.Line();
        var table = new TextTable(
            new("SHARD"), new("NODE"), new("EPOCH", IsNumber: true, Dispensable: 3), new("LAG", IsNumber: true), new("LAG RECORDS", IsNumber: true, Dispensable: 2),
            new("RECORDS", IsNumber: true), new("ALERTS", IsNumber: true, Dispensable: 1), new("PHASE"));
        foreach (var consumer in pipeline.Consumers)
        {
            table.Add(
                consumer.ShardId,
                Figures.Node(consumer.Node),
                Figures.Count(consumer.Epoch),
                Figures.Duration(consumer.LagMs),
                Figures.Behind(consumer.LagRecords, consumer.Undelivered),
                Figures.Count(consumer.Records),
                Figures.Count(consumer.Alerts),
                Figures.Phase(consumer.Phase, consumer.Detail));
        }

        table.WriteTo(screen);
        foreach (var consumer in pipeline.Consumers.Where(c => c.Warning.Length > 0)) screen.Properties((consumer.ShardId, new Cell(consumer.Warning, Tone.Bad)));
        return ExitCodes.Ok;
    }

    private static Command Change(GlobalOptions globals, string verb, string description)
    {
        var name = Arguments.Application(globals, "PIPELINE");
        var command = new Command(verb, description) { name };
        command.SetAction((parsed, cancel) => globals.RunAsync(
            parsed, async (session, token) => session.Done(await session.Client.ChangeAsync(
                HttpMethod.Post, $"{Paths.Pipeline(parsed.GetRequiredValue(name))}/{verb}", null, token)), cancel));
        return command;
    }

    private static Cell Phase(PipelineAnswer pipeline) => pipeline.Paused
        ? new Cell("paused", Tone.Warning)
        : new Cell(pipeline.Phase, pipeline.Phase == "Running" ? Tone.Good : Tone.Bad);
}
