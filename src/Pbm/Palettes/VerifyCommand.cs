using System.CommandLine;
using System.Text.Json;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;
using Spectre.Console;

namespace ActorStreams.Pbm.Palettes;

/// <summary><c>pbm shard verify</c>: walks a shard's rows in its store.</summary>
internal static class VerifyCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var shard = Arguments.Shard(globals);
        var command = new Command("verify", "Walks every row: checksums, gaps, order, times, producers' positions. Exit code 1 when there are problems.") { shard };
        command.SetAction((parsed, cancel) => globals.RunAsync(parsed, (session, token) => RunAsync(session, parsed.GetRequiredValue(shard), token), cancel));
        return command;
    }

    private static async Task<int> RunAsync(Session session, ShardName shard, CancellationToken cancel)
    {
        var walk = new Walk(session, shard);
        if (session.Screen.IsPlain || session.Json) await walk.RunAsync(_ => { }, cancel);
        else await session.Screen.Console.Status().StartAsync($"{Markup.Escape(shard.ToString())}: asking", status => walk.RunAsync(text => status.Status = Markup.Escape(text), cancel));
        return walk.Report();
    }

    private sealed class Walk(Session session, ShardName shard)
    {
        private VerifyAnswer _last = new();
        private string? _result;

        public async Task RunAsync(Action<string> progress, CancellationToken cancel)
        {
            var toItsEnd = await session.Client.PostForLinesAsync(
                Paths.Shard(session.Region, shard) + "/verify",
                line =>
                {
                    var read = Read(line);
                    if (read.Message is { } why) throw PbmException.Partial(why);
                    _last = read;
                    if (read.Ok is null) progress($"{shard}: row {Figures.Count(read.Row)} of {Figures.Count(read.Of)}, {Figures.Counted(read.Records, "record")}, {Figures.Counted(read.ProblemsTotal ?? 0, "problem")}");
                    else _result = line;
                },
                cancel);
            if (_result is null)
            {
                throw PbmException.Partial(
                    $"the answer {(toItsEnd ? "ended" : "broke off")} at row {Figures.Count(_last.Row)} without a result: the node went away or its store does not answer. Try again.");
            }
        }

        public int Report()
        {
            var (screen, isOk, problems) = (session.Screen, _last.Ok == true, Math.Max(_last.ProblemsTotal ?? 0, _last.Problems.Count));
            if (session.Json) screen.Json(_result!);
            else
            {
                screen.Properties(
                    ("Shard", shard.ToString()),
                    ("Rows", _last.Rows == 0 ? "none" : $"{Figures.Count(_last.Rows)}, from {Figures.Count(_last.FirstRow)} to {Figures.Count(_last.LastRow)}"),
                    ("Records", $"{Figures.Count(_last.Records)}, {Figures.Bytes(_last.Bytes)}"),
                    ("Result", isOk ? new Cell("whole", Tone.Good) : new Cell(Figures.Counted(problems, "problem"), Tone.Bad)));
                WriteProblems(screen);
                if (problems > _last.Problems.Count) screen.Line($"and {Figures.Count(problems - _last.Problems.Count)} more");
                if (_last.Unopened > 0) screen.Notice($"{Figures.Counted(_last.Unopened, "row")} could not be opened, as the node that looked lacks their key: their records were not looked at.");
            }

            return !isOk ? ExitCodes.Refused : _last.Unopened > 0 ? ExitCodes.Partial : ExitCodes.Ok;
        }

        private void WriteProblems(Screen screen)
        {
            if (_last.Problems.Count == 0) return;
            screen.Line();
            var table = new TextTable(new("ROW", IsNumber: true), new("KIND"), new("DETAIL"));
            foreach (var problem in _last.Problems) table.Add(Figures.Count(problem.Row), new(problem.Kind, Tone.Bad), problem.Detail);
            table.WriteTo(screen);
        }

        private static VerifyAnswer Read(string line)
        {
            try
            {
                return JsonSerializer.Deserialize(line, ContractJson.Default.VerifyAnswer) ?? new VerifyAnswer();
            }
            catch (JsonException e)
            {
                throw new PbmException(ExitCodes.Unreachable, $"the endpoint sent a line that is no JSON: {line[..Math.Min(line.Length, 100)]}", e);
            }
        }
    }
}
