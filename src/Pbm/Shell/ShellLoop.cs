using System.CommandLine;
using System.CommandLine.Parsing;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Shell;

/// <summary>
/// <c>pbm</c> without a command: one command after the other. On a terminal with a prompt, history and completion; from a pipe until
/// the first that fails, whose exit code it is then.
/// </summary>
internal static class ShellLoop
{
    private const string Help =
        """
        A command line is a palette and a command, as after "pbm": cluster show, stream list, shard why orders/3 alerts.
        --help after any of them tells its arguments. Tab completes, the up and down keys go through what was entered, exit or ctrl-D ends.
        """;

    public static async Task<int> RunAsync(Session session, CancellationToken cancel)
    {
        // Options given to pbm itself count for every line, and a line may override them.
        var root = PbmCommandLine.Build(new GlobalOptions(session.Settings, session.Screen, session.Clock), withShell: false);
        return session.Screen.CanAsk ? await TalkAsync(session, root, cancel) : await ObeyAsync(session, root, cancel);
    }

    /// <summary>Lines from a pipe. Whoever wrote them relies on what they did, so the first failure ends it.</summary>
    private static async Task<int> ObeyAsync(Session session, RootCommand root, CancellationToken cancel)
    {
        var any = false;
        for (var number = 1; await session.Screen.In.ReadLineAsync(cancel) is { } line; number++)
        {
            if (IsNothing(line)) continue;
            any = true;
            if (line.Trim() is "exit" or "quit") return ExitCodes.Ok;
            var code = await PbmCommandLine.InvokeAsync(root, Words(line), session.Screen, cancel);
            if (code == ExitCodes.Ok) continue;
            session.Screen.Notice($"pbm: stopped at line {number}, '{Printable.Line(line.Trim())}', which ended with {code}.");
            return code;
        }

        return any ? ExitCodes.Ok : throw PbmException.WrongCommandLine("no command was given, neither as arguments nor as lines of the input. pbm --help tells what there is.");
    }

    private static async Task<int> TalkAsync(Session session, RootCommand root, CancellationToken cancel)
    {
        var screen = session.Screen;
        var prompt = $"pbm {Unreachable.Name(session.Settings.Endpoints[0])}> ";
        var editor = screen.IsPlain ? null : new LineEditor(screen, prompt, text => Suggest(root, text));
        screen.Line("help tells what there is, exit ends.");
        while (!cancel.IsCancellationRequested)
        {
            var line = editor is null ? Ask(screen, prompt) : editor.Read();
            if (line is null || line.Trim() is "exit" or "quit") return ExitCodes.Ok;
            if (IsNothing(line)) continue;
            if (line.Trim() is "help" or "?") await HelpAsync(root, screen, cancel);
            else await PbmCommandLine.InvokeAsync(root, Words(line), screen, cancel);
        }

        return ExitCodes.Ok;
    }

    /// <summary>Words that may take the place of the last one of <paramref name="text"/>.</summary>
    public static IReadOnlyList<string> Suggest(RootCommand root, string text)
    {
        var start = text.LastIndexOf(' ') + 1;
        var (before, word) = (text[..start], text[start..]);
        return
        [
            // Asked without the word: one that is a command already would hide the longer ones that it begins.
            .. root.Parse(before).GetCompletions(before.Length).Select(c => c.InsertText ?? c.Label)
                .Where(c => c.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (word.StartsWith('-') || !c.StartsWith('-')) && c is not ("-?" or "/?" or "/h"))
                .Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private static async Task HelpAsync(RootCommand root, Screen screen, CancellationToken cancel)
    {
        screen.Line(Help);
        screen.Line();
        await PbmCommandLine.InvokeAsync(root, ["--help"], screen, cancel);
    }

    private static string? Ask(Screen screen, string prompt)
    {
        screen.Out.Write(prompt);
        screen.Out.Flush();
        return screen.In.ReadLine();
    }

    private static bool IsNothing(string line) => string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#');

    /// <summary>Whoever is used to it may begin with "pbm".</summary>
    private static string[] Words(string line)
    {
        var words = CommandLineParser.SplitCommandLine(line).ToArray();
        return words is ["pbm", .. var rest] ? rest : words;
    }
}
