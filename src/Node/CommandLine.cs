using System.CommandLine;
using System.CommandLine.Parsing;
using ActorStreams.Hosting;
using ActorStreams.Node.Apply;
using ActorStreams.Node.Certificates;
using ActorStreams.Node.Demo;
using ActorStreams.Node.Hosting;
using ActorStreams.Node.LogAgent;
using ActorStreams.Node.Operations;
using ActorStreams.Node.Replay;
using ActorStreams.Node.Settings;

namespace ActorStreams.Node;

/// <summary>The command line: runs a node, or one of the commands.</summary>
internal static class CommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        // Signals are ours: a node drains for longer than the two seconds this library would give it.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        return parsed.Errors.Count > 0 ? Task.FromResult(Refuse(parsed.Errors)) : parsed.InvokeAsync(invocation);
    }

    private static int Refuse(IEnumerable<ParseError> errors)
    {
        foreach (var error in errors) Console.Error.WriteLine("actorstreams: " + error.Message);
        Console.Error.WriteLine("actorstreams --help tells what there is.");
        return ExitCodes.WrongSettings;
    }

    private static RootCommand Build()
    {
        var node = new NodeArguments();
        var root = new RootCommand(
            """
            Durable ordered streams with the Kinesis API on your own machines. Without a command, runs a node.

            Any setting can be given in appsettings.json, as an environment variable (ActorStreams__Gateway__Port=4567) or with --set.
            Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 3 the node cannot start, 4 malformed lines in the input,
            5 the node was removed from its cluster, 6 node and files differ.
            """);
        node.AddTo(root);
        root.SetAction((parsed, _) => RunCommand.RunAsync(node.Overrides(parsed), parsed.GetValue(node.SettingsFile)));
        root.Subcommands.Add(DemoCommand.Build());
        root.Subcommands.Add(ReplayCommand.Build());
        root.Subcommands.Add(AgentCommand.Build());
        root.Subcommands.Add(ApplyCommand.Build());
        root.Subcommands.Add(CertificateCommand.Build());
        root.Subcommands.Add(BackupCommand.Build());
        root.Subcommands.Add(RestoreCommand.Build());
        root.Subcommands.Add(MoveCommand.Build());
        root.Subcommands.Add(SchemaCommand.Build());
        return root;
    }
}
