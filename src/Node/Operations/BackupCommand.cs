using System.CommandLine;
using ActorStreams.Shards.Store.Operations;

namespace ActorStreams.Node.Operations;

/// <summary><c>actorstreams backup</c>: a node's streams into one file, while it runs.</summary>
internal static class BackupCommand
{
    public static Command Build()
    {
        var data = new Option<string>("--data") { Description = "Folder of the streams' store, of a running node or not", Required = true, HelpName = "DIR" };
        var to = new Option<string>("--to") { Description = "File to write; one that is there is not overwritten", Required = true, HelpName = "FILE" };
        var command = new Command("backup", "Copies the store of a data folder into one file, while the node runs.") { data, to };
        command.SetAction((parsed, _) =>
        {
            var (from, file) = (parsed.GetRequiredValue(data), Path.GetFullPath(parsed.GetRequiredValue(to)));
            return OperationCommand.RunAsync("backup", "No backup was made.", async (progress, stop) =>
            {
                var bytes = await SqliteBackup.RunAsync(from, file, progress, stop);
                return $"{file}: {OperationCommand.Megabytes(bytes)}, read back and found sound. Encrypted streams need their keys beside it; what is in clear is in clear there.";
            }, TimeProvider.System);
        });
        return command;
    }
}
