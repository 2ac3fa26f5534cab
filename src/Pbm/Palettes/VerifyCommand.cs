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
                    _last = Read(line);
                    if (_last.Ok is null) progress($"{shard}: {Figures.Count(_last.Rows)} rows, {Figures.Count(_last.Records)} records, {Figures.Bytes(_last.Bytes)}");
                    else _result = line;
                },
                cancel);
            if (_result is null)
            {
                throw PbmException.Partial(
                    $"the answer {(toItsEnd ? "ended" : "broke off")} after {Figures.Count(_last.Rows)} rows without a result: the node went away or its store does not answer. Try again.");
            }
        }

        public int Report()
        {
            var (screen, isOk) = (session.Screen, _last.Ok == true && _last.Problems.Count == 0);
            if (session.Json) screen.Json(_result!);
            else
            {
                screen.Properties(
                    ("Shard", shard.ToString()),
                    ("Rows", _last.Rows == 0 ? "none" : $"{Figures.Count(_last.Rows)}, from {Figures.Count(_last.FirstRow)} to {Figures.Count(_last.LastRow)}"),
                    ("Records", $"{Figures.Count(_last.Records)}, {Figures.Bytes(_last.Bytes)}"),
                    ("Result", isOk ? new Cell("whole", Tone.Good) : new Cell(Figures.Counted(_last.Problems.Count, "problem"), Tone.Bad)));
                WriteProblems(screen);
            }

            return isOk ? ExitCodes.Ok : ExitCodes.Refused;
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
