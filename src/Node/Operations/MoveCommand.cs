using System.CommandLine;
using System.Globalization;
using ActorStreams.Shards.Store.Operations;

namespace ActorStreams.Node.Operations;

/// <summary><c>actorstreams move</c>: from one node's SQLite file to the PostgreSQL of a cluster.</summary>
internal static class MoveCommand
{
    public static Command Build()
    {
        var data = new Option<string>("--data") { Description = "Folder of the streams' store; its node must be stopped", Required = true, HelpName = "DIR" };
        var postgres = new Option<string>("--postgres") { Description = "Connection string of an empty database, as the user who owns its tables", Required = true, HelpName = "CONNECTION" };
        var command = new Command("move", "Moves the store of a data folder to PostgreSQL. The folder stays as it is.") { data, postgres };
        command.SetAction((parsed, _) => OperationCommand.RunAsync(
            "move", "Nothing was moved.",
            (progress, stop) => RunAsync(Path.GetFullPath(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(postgres), progress, stop),
            TimeProvider.System));
        return command;
    }

    private static async Task<string> RunAsync(string folder, string connection, OperationProgress progress, CancellationToken stop)
    {
        var start = TimeProvider.System.GetTimestamp();
        var moved = await StoreMove.RunAsync(folder, connection, progress, stop);
        var took = TimeProvider.System.GetElapsedTime(start);
        return string.Create(CultureInfo.InvariantCulture, $"""
            Moved {moved.Rows:N0} rows of {moved.PersistenceIds:N0} shards and streams and {moved.Snapshots:N0} snapshots, {moved.Bytes / 1e6:0.0} MB in {took.TotalSeconds:0.0} s, to {moved.To}; read back and found the same.
            Start the nodes over it: actorstreams --postgres CONNECTION
            The folder {folder} is as it was. Start no node on it any more: it would go on from the same state, and what it acknowledged would be missing here. Move it away, and delete it when you are satisfied.
            """);
    }
}
