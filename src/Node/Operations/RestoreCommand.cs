using System.CommandLine;
using ActorStreams.Shards.Store.Operations;

namespace ActorStreams.Node.Operations;

/// <summary><c>actorstreams restore</c>: a data folder from a backup.</summary>
internal static class RestoreCommand
{
    public static Command Build()
    {
        var from = new Option<string>("--from") { Description = "File that 'actorstreams backup' made", Required = true, HelpName = "FILE" };
        var data = new Option<string>("--data") { Description = "Folder to make a store in; one that holds a store is refused", Required = true, HelpName = "DIR" };
        var command = new Command("restore", "Makes the store of a data folder from a backup.") { from, data };
        command.SetAction((parsed, _) =>
        {
            var (file, folder) = (parsed.GetRequiredValue(from), Path.GetFullPath(parsed.GetRequiredValue(data)));
            return OperationCommand.RunAsync("restore", "The folder holds no store.", async (progress, stop) =>
            {
                var bytes = await SqliteRestore.RunAsync(file, folder, progress, stop);
                return $"""
                    {folder}: {OperationCommand.Megabytes(bytes)}, found sound. Start a node on it: actorstreams --data "{folder}"
                    Records that were acknowledged after the backup are not in it. Consumers that keep positions of their own go back to the time of the backup.
                    """;
            }, TimeProvider.System);
        });
        return command;
    }
}
