using System.CommandLine;
using System.CommandLine.Parsing;
using ActorStreams.Pbm.Output;
using ActorStreams.Pbm.Palettes;
using ActorStreams.Pbm.Shell;

namespace ActorStreams.Pbm;

/// <summary>The command line: one command, or the shell.</summary>
internal static class PbmCommandLine
{
    /// <summary>Runs one command line; the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Screen screen, Func<string, string?> environment, TimeProvider clock, CancellationToken cancel)
    {
        Settings defaults;
        try
        {
            defaults = Settings.FromEnvironment(environment);
        }
        catch (PbmException e)
        {
            screen.Notice("pbm: " + e.Message);
            return e.ExitCode;
        }

        return await InvokeAsync(Build(new GlobalOptions(defaults, screen, clock), withShell: true), args, screen, cancel);
    }

    public static RootCommand Build(GlobalOptions globals, bool withShell)
    {
        var root = new RootCommand(
            """
            Looks at ActorStreams clusters and changes them, over a node's management endpoint. Without a command, an interactive shell;
            commands may also come from a pipe, one a line.

            Exit codes: 0 done, 1 the endpoint refused or verify found problems, 2 wrong command line, 3 no endpoint could be reached,
            4 the node is not ready or an answer has gaps.
            """);
        globals.AddTo(root);
        root.Subcommands.Add(ClusterPalette.Build(globals));
        root.Subcommands.Add(ClusterShardingPalette.Build(globals));
        root.Subcommands.Add(StreamPalette.Build(globals));
        root.Subcommands.Add(ShardPalette.Build(globals));
        root.Subcommands.Add(LeasePalette.Build(globals));
        root.Subcommands.Add(ConsumerPalette.Build(globals));
        root.Subcommands.Add(PipelinePalette.Build(globals));
        root.Subcommands.Add(DeliveryPalette.Build(globals));
        if (withShell) root.SetAction((parsed, cancel) => globals.RunAsync(parsed, ShellLoop.RunAsync, cancel));
        return root;
    }

    public static async Task<int> InvokeAsync(RootCommand root, IReadOnlyList<string> args, Screen screen, CancellationToken cancel)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return Refuse(parsed, screen);
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = screen.Out,
            Error = screen.Error,
            // Ctrl-C ends a command; the shell, which is the root's action, outlives it.
            ProcessTerminationTimeout = parsed.CommandResult.Command is RootCommand ? null : TimeSpan.FromSeconds(2),
        };
        return await parsed.InvokeAsync(invocation, cancel);
    }

    private static int Refuse(ParseResult parsed, Screen screen)
    {
        var name = CommandName(parsed.CommandResult);
        var palettes = parsed.CommandResult.Command.Subcommands;
        if (palettes.Count > 0)
        {
            var unknown = parsed.UnmatchedTokens is [var token, ..] ? $"'{Printable.Line(token)}' is none of its commands" : "a command is missing";
            screen.Notice($"{name}: {unknown}; allowed are {string.Join(", ", palettes.Select(p => p.Name))}.");
        }
        else
        {
            foreach (var message in parsed.Errors.Select(e => e.Message).Distinct()) screen.Notice($"{name}: {Printable.Line(message)}");
        }

        screen.Notice($"{name} --help tells what there is.");
        return ExitCodes.WrongCommandLine;
    }

    /// <summary><c>pbm stream show</c>.</summary>
    public static string CommandName(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
            names.Insert(0, at.Parent is null ? "pbm" : command.Command.Name);
        return string.Join(' ', names);
    }
}
